"""What the pages print is true: configs load, commands and keys exist, queries and times mean what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from opstui.cli.main import root
from opstui.config.keymap import EATEN, PRESETS
from opstui.config.load import inspect
from opstui.config.merge import SECRET_KINDS
from opstui.config.secrets import secret
from opstui.domain.actions import ACTIONS
from opstui.domain.calendar import WorkCalendar
from opstui.domain.model import PRIORITY_WORDS
from opstui.domain.query import FIELDS, parse
from opstui.domain.rules import WEIGHTS
from opstui.domain.when import parse_when
from opstui.store import faults
from opstui.ui.dialogs.edit_note import NoteEditor
from opstui.ui.present import ASCII, UNICODE
from opstui.ui.present_sources import STATES
from opstui.ui.theme import DARK, LIGHT
from tests.support.engine import python_path
from tests.support.generated import NAMES

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(page for page in (ROOT / "docs").glob("*.md") if page.name != "commands.md")]
TUTORIAL = ROOT / "docs" / "connectors.md"
FRIDAY = datetime(2026, 11, 20, 8, 5, tzinfo=ZoneInfo("Europe/London"))
CALENDAR = WorkCalendar(ZoneInfo("Europe/London"))


@dataclass(frozen=True)
class Block:
    """A fenced block: its page and line, its language, the file it is when it names one, and its text."""

    page: Path
    line: int
    language: str
    file: str
    text: str

    @property
    def id(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w*) ?(\S*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Block(page, text[: match.start()].count("\n") + 1, match[1], match[2], match[3])


BLOCKS = [block for page in PAGES for block in blocks(page)]
CONFIGS = [block for block in BLOCKS if block.language == "toml" and not block.file]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def lines() -> Iterator[tuple[str, str]]:
    """Every printed line that calls opstui, with its place; what a pipe, a file or a comment adds is left out."""
    for block in BLOCKS:
        if block.language in ("", "sh", "crontab") and not block.file:
            for at, line in enumerate(block.text.splitlines(), 1):
                for part in re.split(r"\s[|]\s|\s&&\s", re.sub(r"(^|\s)(#\s.*|\d?[<>]{1,2}\s?[\w.]+$)", "", line)):
                    if (call := re.search(r"(?:^|\s)((?:[A-Z_]+=\S+ )*)opstui(?: (.*))?$", part)) is not None:
                        yield f"{block.page.name}:{block.line + at}", f"{call[1]}opstui {call[2] or ''}".strip()


def spans() -> Iterator[tuple[str, str]]:
    """Every call that stands in the running text, which may leave out what it takes."""
    for page in PAGES:
        for call in dict.fromkeys(re.findall(r"`(opstui [^`]*)`", prose(page))):
            yield page.name, call


def command_of(words: list[str]) -> tuple[click.Command, click.Context, list[str]]:
    """The command that words call, and what is left for it."""
    context = root.make_context("opstui", words) if words[:1] else click.Context(root, info_name="opstui")
    command, rest = root, [*context._protected_args, *context.args]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        assert found is not None, f"there is no command {rest[0]!r}"
        command, rest = found, rest[1:]
        context = click.Context(command, parent=context, info_name=command.name)
    return command, context, rest


@pytest.mark.parametrize("block", CONFIGS, ids=lambda block: block.id)
def test_a_config_on_a_page_loads_without_a_finding(block: Block, tmp_path: Path) -> None:
    for other in blocks(block.page):
        if other.language == "toml" and other.file:
            (tmp_path / other.file).write_text(other.text)
    path = tmp_path / "config.toml"
    path.write_text(block.text)
    assert [str(finding) for finding in inspect(path, environ={}).findings] == []


@pytest.mark.parametrize(("where", "line"), lines(), ids=[where for where, _ in lines()])
def test_a_command_on_a_page_can_be_called_so(where: str, line: str) -> None:
    words = shlex.split(line)
    environ = dict(word.split("=", 1) for word in words[: words.index("opstui")])
    assert [str(finding) for finding in inspect(None, environ=environ).findings] == []
    command, context, rest = command_of(words[words.index("opstui") + 1 :])
    overrides = dict(pair.split("=", 1) for pair in context.find_root().params.get("overrides", ()))
    assert [str(finding) for finding in inspect(None, environ={}, flags=overrides).findings] == []
    try:
        command.make_context(command.name, rest, parent=context.parent)
    except click.BadParameter as error:
        assert "does not exist" in str(error)  # a file of the reader's own


@pytest.mark.parametrize(("page", "call"), spans(), ids=[f"{page}:{call}" for page, call in spans()])
def test_a_command_named_in_the_text_is_there_with_its_options(page: str, call: str) -> None:
    command, _, rest = command_of([word for word in shlex.split(call.replace("…", ""))[1:] if word])
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    assert [word for word in rest if word.startswith("--") and word not in known] == []


# The examples of the pages about the day, on the day of the demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's folder, prepared as for anybody."""
    folder = tmp_path_factory.mktemp("data")
    environ = {**os.environ, "OPSTUI_DATA_DIR": str(folder), "PYTHONPATH": python_path()}
    subprocess.run([sys.executable, "-m", "opstui", "demo"], env=environ, capture_output=True, check=True, timeout=120)
    return folder / "demo"


@pytest.mark.parametrize("name", ["docs/triage.md", "docs/log.md"])
def test_the_commands_of_a_page_work_one_after_the_other(name: str, demo: Path) -> None:
    (demo / "minutes.txt").write_text("Who, what, by when.")
    (demo / "handover").mkdir(exist_ok=True)
    environ = {**os.environ, "OPSTUI_CONFIG": str(demo / "day" / "config.toml"), "OPSTUI_DATA_DIR": str(demo)}
    environ |= {"OPSTUI_NOW": FRIDAY.isoformat(), "PYTHONPATH": python_path()}
    commands = [
        line for block in BLOCKS if block.page == ROOT / name and not block.language for line in block.text.splitlines()
    ]
    assert len(commands) > 5
    for command in commands:
        done = subprocess.run(
            command.replace("opstui ", f"{sys.executable} -m opstui ", 1),
            shell=True,
            cwd=demo,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert "opstui: " not in re.sub(r"opstui: (kept here|for \w+, sent at).*\n", "", done.stderr), command


# Tables of docs/triage.md

TRIAGE = ROOT / "docs" / "triage.md"


def table(page: Path, head: str) -> list[list[str]]:
    """The rows of the table whose head begins so, each as its cells."""
    rows = page.read_text(encoding="utf-8").split(f"\n| {head} |", 1)[1].split("\n")[2:]
    found = []
    for row in rows:
        if not row.startswith("|"):
            break
        found.append([cell.strip() for cell in row.strip("|").split(" | ")])
    return [[cell.strip() for cell in row] for row in found]


def code(cell: str) -> list[str]:
    """What stands in code in a cell or a text."""
    return re.findall(r"`([^`]+)`", cell)


def test_the_query_table_names_every_field_and_its_choices() -> None:
    rows = table(TRIAGE, "field")
    assert [code(row[0])[0] for row in rows] == list(FIELDS)
    for row in rows:
        if choices := FIELDS[code(row[0])[0]].choices:
            assert row[2] == ", ".join(choices)
    assert ", ".join(PRIORITY_WORDS.values()) in rows[4][2]


def test_every_query_on_the_page_is_one() -> None:
    text = TRIAGE.read_text(encoding="utf-8")
    more = next(line for line in text.splitlines() if line.startswith("More, to copy:"))
    examples = [query for row in table(TRIAGE, "field") for query in code(row[3])] + code(more)
    assert len(examples) > 20
    for row in table(TRIAGE, "field"):
        assert all(code(row[0])[0] in query for query in code(row[3]))
    for query in examples:
        parse(query)
    for query in code(text):
        if re.match(rf"({'|'.join(FIELDS)}) ?(!=|<=|>=|[=<>~])", query):
            parse(query)


def test_every_time_on_the_page_means_the_moment_that_stands_there() -> None:
    for row in table(TRIAGE, "words"):
        said = re.findall(r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d\d:\d\d", row[1])
        meant = [parse_when(words, FRIDAY, CALENDAR).astimezone(FRIDAY.tzinfo) for words in code(row[0])]
        assert said == [f"{at:%a} {at.day} {at:%b %H:%M}" for at in meant]


def test_the_terms_of_the_rank_are_those_of_the_rules() -> None:
    assert {code(row[0])[0]: float(row[1]) for row in table(TRIAGE, "term")} == dict(WEIGHTS)


def test_the_glyphs_are_those_on_the_screen() -> None:
    drawn = {(UNICODE[name], ASCII[name]) for name in UNICODE}
    assert {(code(row[0])[0], code(row[1])[0]) for row in table(TRIAGE, "glyph")} <= drawn


# Keys


def test_the_verdict_table_has_every_verdict_on_its_key() -> None:
    actions = {action.title: {NAMES.get(key, key) for key in action.keys} for action in ACTIONS}
    rows = table(TRIAGE, "key")
    for row in rows:
        assert code(row[0])[0] in actions[row[1]], row
    verdicts = {action.title for action in ACTIONS if action.id.startswith("item.") and action.command}
    assert verdicts <= {row[1] for row in rows}


def shown(key: str) -> str:
    """A key as a page writes it."""
    *modifiers, last = key.split("+") if key != "plus" else ["plus"]
    name = NAMES.get(key) or NAMES.get(last) or (last.upper() if modifiers or re.fullmatch(r"f\d+", last) else last)
    return name if key in NAMES else "+".join([*(word.capitalize() for word in modifiers), name])


@pytest.mark.parametrize("name", ["triage.md", "log.md", "outbox.md", "sources.md", "troubleshooting.md"])
def test_every_key_named_on_a_page_does_something(name: str) -> None:
    keys = {shown(key) for action in ACTIONS for key in action.keys}
    keys |= {shown(key) for binding in NoteEditor.BINDINGS for key in binding.key.split(",")}
    text = re.sub(r"^\|.*$", "", prose(ROOT / "docs" / name), flags=re.MULTILINE)
    form = r"\S|(?:Ctrl|Shift)\+\S+|Tab|Enter|Esc|Space|F\d+|Page(?:Up|Down)"
    named = [word for word in code(text) if re.fullmatch(form, word)]
    signs = {"<", ">", "~", "!"}  # of the query language and the list
    assert sorted(set(named) - keys - signs) == []


# Tables of the other pages


def test_the_states_of_a_source_are_those_of_the_pane() -> None:
    rows = table(ROOT / "docs" / "sources.md", "state")
    assert sorted(code(row[0])[0] for row in rows) == sorted(STATES)


def test_the_faults_of_the_store_are_said_as_the_page_quotes_them() -> None:
    path = Path("opstui.db")
    made = [faults.too_new(path, 2, 1), faults.corrupt(path, ""), faults.read_only(path), faults.full(path), faults.busy(path)]
    quoted = [code(row[0])[0] for row in table(ROOT / "docs" / "troubleshooting.md", "it says")]
    assert [[words for words in quoted if words in str(error)] for error in made] == [[words] for words in quoted[:5]]


def test_the_ways_to_keep_a_secret_are_ways(tmp_path: Path) -> None:
    rows = table(ROOT / "docs" / "config.md", "written as")
    kinds = [secret(tomllib.loads(f"is = {code(row[0])[0]}")["is"], tmp_path).kind for row in rows]
    assert sorted(kinds) == sorted(SECRET_KINDS)


def test_the_keymaps_are_those_there_are_and_differ_as_said() -> None:
    rows = table(ROOT / "docs" / "config.md", "keymap")
    assert [code(row[0])[0] for row in rows] == list(PRESETS)
    for row in rows:
        mine = {NAMES.get(key, key).lower() for keys in PRESETS[code(row[0])[0]].values() for key in keys}
        vim = {key for action in ACTIONS for key in action.keys}
        assert {key for key in code(row[1]) if key not in PRESETS} - mine <= vim, row


def test_the_keys_that_terminals_eat_are_named() -> None:
    assert {word for word in code(prose(ROOT / "docs" / "troubleshooting.md")) if word.startswith("ctrl+")} == EATEN


def test_the_themes_named_are_there() -> None:
    named = re.findall(r"opstui-(?:dark|light)", (ROOT / "docs" / "config.md").read_text(encoding="utf-8"))
    assert set(named) == {DARK.name, LIGHT.name}


# The tutorial of docs/connectors.md


@pytest.fixture
def tutorial(tmp_path: Path) -> Path:
    """The package of the page, written from the page and installed as pip would: its module and its dist-info on a path."""
    folder = tmp_path / "opstui-rounds"
    folder.mkdir()
    for block in blocks(TUTORIAL):
        if block.file:
            (folder / block.file).write_text(block.text)
    config = next(block for block in CONFIGS if block.page == TUTORIAL)
    (folder / "config.toml").write_text(config.text)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]["opstui.connectors"]
    (info / "entry_points.txt").write_text("[opstui.connectors]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()))
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("OPSTUI")}
    environ |= {"PYTHONPATH": python_path(folder), "OPSTUI_DATA_DIR": str(folder / "data"), "TZ": "UTC"}
    environ["OPSTUI_CONFIG"] = str(folder / "config.toml")
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environ, timeout=120, check=False)


def opstui(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "opstui", *args)


def test_the_tutorial_connector_is_about_as_long_as_it_says() -> None:
    module = next(block for block in blocks(TUTORIAL) if block.file == "opstui_rounds.py")
    body = module.text[module.text.index("class ") :]
    assert len([line for line in body.splitlines() if line.strip()]) <= 50


def test_the_tutorial_connector_keeps_the_contract(tutorial: Path) -> None:
    done = run(
        tutorial, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tutorial), "test_rounds.py"
    )
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout


def test_the_tutorial_connector_is_listed_and_checked(tutorial: Path) -> None:
    assert re.search(r"^rounds +1\.0 +ok +Maintenance rounds", opstui(tutorial, "plugin", "list").stdout, re.MULTILINE)
    checked = opstui(tutorial, "plugin", "check", "rounds")
    assert checked.returncode == 0
    assert "required  The file that the handhelds keep." in checked.stdout


def test_the_tutorial_source_syncs_as_the_page_says(tutorial: Path) -> None:
    first = opstui(tutorial, "sync", "rounds")
    assert first.returncode == 0, first.stderr
    assert "3 added" in first.stderr
    assert "1 refused" in first.stderr
    queue = opstui(tutorial, "queue", "--query", "source = rounds").stdout
    assert "rounds:R-1041" in queue
    assert "rounds:R-1042" in queue
    assert "rounds:R-1036" not in queue
    again = opstui(tutorial, "sync", "rounds", "--json").stdout
    assert '"added": 0' in again
    assert '"changed": 0' in again
