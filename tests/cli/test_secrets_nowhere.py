"""A secret is where it is kept and at its source, and nowhere else: no output, no log, no file, no process list."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from urllib.parse import quote

import keyring.core
import pytest

from tests.support.plugin import HEAD, install
from tests.support.ring import FileRing
from tests.support.shell import CONFIG, ROOT, Done, Shell

CANARY = "k4nary/+ü-hunter2-s3cr3t"
FORMS = [
    CANARY,
    "hunter2",
    quote(CANARY),
    quote(CANARY, safe=""),
    *(base64.b64encode(b"x" * n + CANARY.encode()).decode()[4:24] for n in range(3)),
]
LEAKY = """
def words(self):
    import base64
    from urllib.parse import quote
    token = self.config["token"]
    basic = base64.b64encode(f"ana:{token}".encode()).decode()
    return f"{token} {quote(token)} {quote(token, safe='')} {basic} {token!r}"

def pull(self, cursor, known):
    import traceback
    self.context.log.warning("using %s", self.words())
    print(self.words())
    self.context.note("note " + self.words())
    self.context.progress(1, 2, self.words())
    told = self.item(1, owner=self.words(), body=self.words(), labels=(self.config["token"],), fields={"said": self.words()})
    yield Page((told,), refused=(Refusal("row 1 " + self.words(), "because " + self.words(), self.words()),))
    try:
        raise RuntimeError("inner " + self.words())
    except RuntimeError as error:
        raise ValueError("outer " + self.words()) from error

def check(self):
    raise SourceRefused("desk: 401 " + self.words(), self.words(), self.words())
"""
LOOKS = """
def pull(self, cursor, known):
    token = self.config["token"].encode()
    seen = []
    for pid in ("self", os.getppid()):
        for name in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{name}", "rb") as file:
                text = file.read()
            seen += [f"{name} of {pid}"] if token in text or b"other-hunter2" in text and pid == "self" else []
    yield Page((self.item(1, status=", ".join(seen) or "nowhere"),))
"""


def source(name: str, connector: str, token: str) -> str:
    return f'[[sources]]\nname = "{name}"\nconnector = "{connector}"\n[sources.options]\ntoken = {token}\n'


@pytest.fixture
def leaky(office: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """An office with a source whose connector shouts its secret in every way there is."""
    folder = install(office.home / "plugins", "leaky", LEAKY)
    install(folder, "looks", LOOKS)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(keyring.core, "_keyring_backend", FileRing())  # type: ignore[no-untyped-call]
    office.env |= {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}:{folder}",
        "PYTHON_KEYRING_BACKEND": "tests.support.ring.FileRing",
        "RING_FILE": str(office.home / "ring.json"),
    }
    office.write("config:canary", CANARY).chmod(0o600)
    office.write("config:config.toml", CONFIG + source("leaky", "leaky", '{ file = "canary" }'))
    return office


def clean(done: Done) -> None:
    for form in FORMS:
        assert form not in done.out and form not in done.err


def clean_files(*folders: Path) -> None:
    for path in (one for folder in folders for one in folder.rglob("*") if one.is_file()):
        data = path.read_bytes()
        for form in FORMS:
            assert form.encode() not in data, path


@pytest.mark.parametrize("end", ["os._exit(3)", "os.abort()"])
def test_a_connector_that_shouts_it_and_dies_is_not_heard_either(leaky: Shell, end: str) -> None:
    broken = LEAKY.replace("    try:\n        raise Run", f"    {end}\n    try:\n        raise Run")
    install(leaky.home / "plugins", "leaky", broken)
    done = leaky.real("sync", "leaky")
    assert done.code == 1 and "ended in the middle" in done.err
    clean(done)
    assert "•••" in leaky("source", "log", "leaky").out
    clean(leaky("source", "log", "leaky"))
    clean_files(leaky.data)


def test_a_connector_that_shouts_it_is_not_heard_in_any_output_or_file(leaky: Shell) -> None:
    assert leaky.real("sync", "leaky").code == 1
    (told,) = leaky("queue", "--query", "source = leaky", "--json").json
    assert "•••" in told["owner"] and told["ref"] == "leaky:T-1"
    for command in (
        ("sync", "leaky", "--json"),
        ("source", "list", "--json"),
        ("source", "test", "leaky", "--json"),
        ("source", "log", "leaky"),
        ("doctor",),
        ("doctor", "--json"),
        ("config", "show", "--all"),
        ("config", "explain", "sources.leaky.options.token"),
        ("config", "check"),
        ("queue", "--json"),
        ("show", "leaky:T-1", "--json"),
        ("log", "--json"),
        ("note", "something worth a copy"),
        ("backup",),
        ("export", str(leaky.home / "out")),
    ):
        clean(leaky(*command))
    assert "•••" in leaky("source", "log", "leaky").out
    assert (leaky.data / "logs/leaky.log").is_file() and list((leaky.data / "backups").iterdir())
    clean_files(leaky.data, leaky.home / "out")


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
@pytest.mark.parametrize("token", ['{ file = "canary" }', '{ keyring = "x" }', '{ command = ["cat", "canary"] }'])
def test_it_stands_in_no_list_of_processes_and_other_sources_variables_are_kept_from_a_worker(leaky: Shell, token: str) -> None:
    leaky.write("ring.json", '{"opstui x": "hunter2-from-the-ring"}')
    leaky.write("canary", "hunter2-from-a-command")
    leaky.env["OTHER_TOKEN"] = "other-hunter2"
    other = source("other", "leaky", '{ env = "OTHER_TOKEN" }')
    leaky.write("config:config.toml", CONFIG + source("mine", "looks", token) + other)
    assert leaky.real("sync", "mine").code == 0
    assert leaky.real("show", "mine:T-1", "--json").json["status"] == "nowhere"


def test_a_mistake_of_our_own_shows_no_secret_either(leaky: Shell) -> None:
    done = leaky.real("auth", "leaky", "--stdin", stdin=CANARY + "\n")
    assert done.code == 1
    clean(done)
    leaky.env["OPSTUI_DEBUG"] = "1"
    clean(leaky.real("auth", "leaky", "--stdin", stdin=CANARY + "\n"))


def test_a_plugin_that_is_only_looked_at_finds_no_secret_in_its_surroundings(leaky: Shell) -> None:
    seen = leaky.home / "seen"
    install(
        leaky.home / "plugins",
        "nosy",
        "",
        api=f"{HEAD}\nopen({str(seen)!r}, 'a').write(os.environ.get('TRACKER_TOKEN', '-'))\n",
    )
    leaky.env["TRACKER_TOKEN"] = CANARY
    leaky.write("config:config.toml", CONFIG + source("nosy", "nosy", '{ env = "TRACKER_TOKEN" }'))
    for command in (("plugin", "list"), ("plugin", "check", "nosy"), ("auth", "nosy")):
        leaky.real(*command)
    assert set(seen.read_text()) == {"-"}
    leaky.real("sync", "nosy")
    assert seen.read_text().endswith(CANARY), "its own source's is for it"
