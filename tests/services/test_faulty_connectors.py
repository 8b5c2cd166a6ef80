"""Whatever a connector does, it does it to its own pull: real worker processes, real packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from opstui.services import health
from opstui.services.station import Station
from opstui.store import sources
from tests.support.engine import a_source, a_station, pull, rows
from tests.support.plugin import install

TWO_PAGES = """
def pull(self, cursor, known):
    start = (cursor or {}).get("at", 0)
    for at in range(start, self.config["n"], 10):
        yield Page(tuple(self.item(i) for i in range(at, at + 10)), cursor={"at": at + 10})
        self.after(at)

def after(self, at):
    pass
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "plugins"
    install(folder, "good", TWO_PAGES)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def stations(tmp_path: Path, plugins: Path) -> Iterator[list[Station]]:
    opened: list[Station] = []
    yield opened
    for station in opened:
        station.store.close()


def _station(stations: list[Station], tmp_path: Path, plugins: Path, name: str, body: str, **source: object) -> Station:
    install(plugins, name, body)
    options = {"n": 20}
    station = a_station(tmp_path, plugins, a_source(name, options=options, **source), a_source("fine", "good", options=options))
    stations.append(station)
    return station


@pytest.mark.parametrize(
    ("name", "body", "state", "words"),
    [
        (
            "raises",
            "def pull(self, cursor, known):\n    raise ValueError('no such column')",
            "failed",
            "ValueError: no such column",
        ),
        ("exits", "def pull(self, cursor, known):\n    sys.exit(4)\n    yield", "failed", "tried to end the program (4)"),
        ("dies", "def pull(self, cursor, known):\n    os._exit(3)\n    yield", "failed", "exit code 3"),
        ("crashes", "def pull(self, cursor, known):\n    os.abort()\n    yield", "failed", "ended by SIGABRT"),
        ("greedy", "def pull(self, cursor, known):\n    x = bytearray(3 << 30)\n    yield", "failed", "used up the memory"),
        (
            "refused",
            "def pull(self, cursor, known):\n    raise SourceRefused('desk: 401', 'expired')\n    yield",
            "refused",
            "expired",
        ),
        ("nothing", "def pull(self, cursor, known):\n    return None", "broken", "NoneType instead of pages"),
        ("numbers", "def pull(self, cursor, known):\n    yield 5", "broken", "yielded int instead of Page"),
        ("dicts", "def pull(self, cursor, known):\n    yield Page(({'key': 1},))", "broken", "holds dict instead of Item"),
        (
            "thief",
            "def pull(self, cursor, known):\n    yield Page((Item('fine', 'T-1', 'x'),))",
            "broken",
            "an item of source 'fine'",
        ),
        ("cursed", "def pull(self, cursor, known):\n    yield Page(cursor={'at': {1}})", "broken", "cannot be kept as JSON"),
        ("circles", "def pull(self, cursor, known):\n    while True: yield Page()", "broken", "1000 empty pages"),
        (
            "closes",
            "def pull(self, cursor, known):\n    os.closerange(0, 99)\n    os._exit(0)\n    yield",
            "failed",
            "exit code 0",
        ),
    ],
)
def test_a_fault_costs_its_own_pull_only(
    stations: list[Station], tmp_path: Path, plugins: Path, name: str, body: str, state: str, words: str
) -> None:
    station = _station(stations, tmp_path, plugins, name, body)
    outcomes, events = pull(station)
    assert outcomes["fine"].ok
    assert outcomes["fine"].ended.counts.added == 20
    ended = outcomes[name].ended
    assert ended.state == state
    assert words in ended.why
    assert ended.what
    assert ended.next_step or name == "refused"
    assert ended.next_step == ended.next_step.strip(), "who adds a full stop adds it to a word"
    assert all(event["event"] in ("started", "progress", "applied", "note") for event in events)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("sleeps", "def pull(self, cursor, known):\n    time.sleep(60)\n    yield"),
        ("spins", "def pull(self, cursor, known):\n    while True: pass\n    yield"),
        ("stalls", "def pull(self, cursor, known):\n    while True: self.context.progress(1, 9, 'rows')\n    yield"),
        ("chatty", "def pull(self, cursor, known):\n    while True: print('x' * 999)\n    yield"),
    ],
)
def test_one_that_hangs_is_ended_after_its_timeout(
    stations: list[Station], tmp_path: Path, plugins: Path, name: str, body: str
) -> None:
    station = _station(stations, tmp_path, plugins, name, body, timeout="1s")
    outcomes, _ = pull(station)
    assert outcomes["fine"].ok
    assert outcomes[name].ended.state == "failed"
    assert "no sign of life for 1s" in outcomes[name].ended.what


def test_one_that_closes_every_pipe_and_sleeps_is_ended_too(stations: list[Station], tmp_path: Path, plugins: Path) -> None:
    body = "def pull(self, cursor, known):\n    os.closerange(1, 99)\n    time.sleep(60)\n    yield"
    station = _station(stations, tmp_path, plugins, "lingers", body, timeout="1s")
    ended = pull(station, "lingers")[0]["lingers"].ended
    assert ended.state == "failed" and "no sign of life for 1s" in ended.what


def test_slow_progress_is_a_sign_of_life(stations: list[Station], tmp_path: Path, plugins: Path) -> None:
    body = """
    def pull(self, cursor, known):
        for i in range(4):
            time.sleep(0.4)
            self.context.progress(i, 4, "rows")
        yield Page()
    """.replace("\n    ", "\n")
    station = _station(stations, tmp_path, plugins, "slow", body, timeout="1s")
    assert pull(station, "slow")[0]["slow"].ok


def test_what_it_prints_goes_to_its_log_and_never_among_the_events(
    stations: list[Station], tmp_path: Path, plugins: Path
) -> None:
    body = """
    def pull(self, cursor, known):
        print('{"event": "finished", "added": 999}')
        os.write(1, b'{"event": "failed"}\\n')
        os.system('echo from a shell')
        assert sys.stdin.read() == ""
        yield Page((self.item(1),))
    """
    station = _station(stations, tmp_path, plugins, "prints", body.replace("\n    ", "\n"))
    outcomes, _ = pull(station, "prints")
    assert outcomes["prints"].ok
    assert outcomes["prints"].ended.counts.added == 1
    log = health.log_path(station.folder, "prints")
    assert "from a shell" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_secret_shows_in_no_message_and_no_log(
    stations: list[Station], tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_TOKEN", "s3cr3t-value")
    body = """
    def pull(self, cursor, known):
        token = self.config["token"]
        assert token == "s3cr" + "3t-value"
        self.context.log.warning("using %s", token)
        print("token", token)
        raise SourceRefused("desk: 401", f"token {token} was refused")
    """
    install(plugins, "leaky", body.replace("\n    ", "\n"))
    station = a_station(tmp_path, plugins, a_source("leaky", options={"token": {"env": "DESK_TOKEN"}}))
    stations.append(station)
    outcomes, _ = pull(station)
    assert outcomes["leaky"].ended.why == "token ••• was refused"
    log = health.log_path(station.folder, "leaky").read_text()
    assert "token •••" in log
    assert "s3cr3t" not in log


@pytest.mark.parametrize("end", ["yield Page()", "os._exit(3)", "os.abort()"])
def test_no_way_of_printing_takes_a_secret_into_the_log(
    stations: list[Station], tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    secret = 'key "one"\n' + "s3cr3t-" * 600
    monkeypatch.setenv("DESK_TOKEN", secret)
    body = f"""
def pull(self, cursor, known):
    import logging
    token = self.config["token"]
    logging.getLogger("x").error("1 %s", token)
    sys.stdout.buffer.write(b"2 " + token.encode() + b"\\n")
    sys.stdout.buffer.flush()
    sys.__stderr__.write("3 " + token + "\\n")
    sys.__stderr__.flush()
    os.write(1, b"4 " + token[:50].encode())
    time.sleep(0.1)
    os.write(2, token[50:].encode() + b"\\n")
    os.system("echo 5; printenv DESK_TOKEN")
    os.write(2, b"6 " + repr(token)[1:-1].encode())
    os.write(2, b"7 the end")
    {end}
"""
    install(plugins, "loud", body)
    module = plugins / "faulty_loud.py"
    module.write_text("import logging\nlogging.basicConfig()\n" + module.read_text())
    station = a_station(tmp_path, plugins, a_source("loud", options={"token": {"env": "DESK_TOKEN"}}))
    stations.append(station)
    _, events = pull(station)
    log = health.log_path(station.folder, "loud").read_text()
    assert "s3cr3t" not in log + json.dumps(events)
    assert [f"{n} •••" in log for n in (2, 3, 4, 6)] == [True] * 4 and "x:1 •••" in log and "5\n•••" in log
    assert "7 the end" in log


def test_a_secret_at_the_edge_of_what_a_long_log_keeps_is_not_half_shown(
    stations: list[Station], tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_TOKEN", "s3cr3t-" * 600)
    body = """
def pull(self, cursor, known):
    os.write(2, b"y" * 200_000 + self.config["token"].encode() + b"x" * (64 * 1024 - 2000))
    yield Page()
"""
    install(plugins, "long", body)
    station = a_station(tmp_path, plugins, a_source("long", options={"token": {"env": "DESK_TOKEN"}}))
    stations.append(station)
    pull(station)
    log = health.log_path(station.folder, "long").read_text()
    assert log.endswith("xxx") and "•••" in log and "s3cr3t" not in log


def test_pages_before_the_fault_stay_and_the_next_pull_goes_on(stations: list[Station], tmp_path: Path, plugins: Path) -> None:
    body = TWO_PAGES.replace("    pass", "    if at == 0 and not (cursor := os.environ.get('MENDED')): os._exit(1)")
    station = _station(stations, tmp_path, plugins, "breaks", body)
    first = pull(station, "breaks")[0]["breaks"].ended
    assert (first.state, rows(station)) == ("failed", 10)
    station.environ["MENDED"] = "1"  # type: ignore[index]
    second = pull(station, "breaks")[0]["breaks"].ended
    assert (second.state, second.counts.added, second.counts.unchanged, rows(station)) == ("ok", 10, 0, 20)


def test_a_giant_page_comes_in_in_slices_and_its_cursor_with_the_last(
    stations: list[Station], tmp_path: Path, plugins: Path
) -> None:
    body = "def pull(self, cursor, known):\n    yield Page(tuple(self.item(i) for i in range(3000)), cursor={'at': 3000})"
    station = _station(stations, tmp_path, plugins, "giant", body)
    outcomes, _ = pull(station, "giant")
    assert outcomes["giant"].ended.counts.added == 3000
    (cursor,) = station.store.read.execute("SELECT cursor FROM sources WHERE name = 'giant'").fetchone()
    assert json.loads(cursor) == {"at": 3000}


def test_items_of_wrong_types_are_refused_one_by_one(stations: list[Station], tmp_path: Path, plugins: Path) -> None:
    body = """
    def pull(self, cursor, known):
        from datetime import datetime
        yield Page((
            self.item(1),
            self.item(2, created=datetime(2026, 1, 1)),
            self.item(3, priority="high"),
            self.item(4, body=None),
            self.item(5, owner=7),
            Item("odd", "", "no key"),
            self.item(6, labels=(1,)),
            self.item(7, fields=5),
            self.item(8),
        ))
    """
    station = _station(stations, tmp_path, plugins, "odd", body.replace("\n    ", "\n"))
    ended = pull(station, "odd")[0]["odd"].ended
    assert (ended.state, ended.counts.added, ended.counts.refused) == ("ok", 2, 7)
    refused = station.store.read.execute("SELECT place, reason FROM refusals ORDER BY id").fetchall()
    assert ("T-2", "created is no time with a zone") in refused
    assert {place for place, _ in refused} == {"T-2", "T-3", "T-4", "T-5", "odd", "T-6", "T-7"}


def test_text_a_connector_forgot_to_clean_is_clean_in_the_store(stations: list[Station], tmp_path: Path, plugins: Path) -> None:
    item = r"Item('dirty', 'K\x1b[31m1', 'a\x07\u202eb', body='x\x00y', owner='\x1b]0;t\x07Bo')"
    body = f"def pull(self, cursor, known):\n    yield Page(({item},))"
    station = _station(stations, tmp_path, plugins, "dirty", body)
    assert pull(station, "dirty")[0]["dirty"].ok
    row = station.store.read.execute("SELECT key, title, body, owner FROM items").fetchone()
    assert row == ("K1", "ab", "xy", "Bo")


def test_what_a_connector_says_is_clean_before_it_is_kept_or_told(
    stations: list[Station], tmp_path: Path, plugins: Path
) -> None:
    body = r"""
def pull(self, cursor, known):
    dirty = "a\x1b[31m\u202eb"
    self.context.note(dirty + "\ud800")
    self.context.progress(1, None, dirty)
    yield Page(refused=(Refusal(dirty, dirty + "\ud800\nc", 7),), cursor={"at": 1})
    if cursor:
        raise SourceUnavailable(dirty, dirty, dirty, retry_after=float(cursor["wait"]))
    yield Page(cursor={"wait": "inf"})
"""
    station = _station(stations, tmp_path, plugins, "dirty", body)
    outcomes, events = pull(station, "dirty")
    assert outcomes["dirty"].ended.notes == ("ab�",)
    told = [event.get("text") or event.get("unit") for event in events if event["event"] in ("note", "progress")]
    assert told == ["ab�", "ab"]
    (refused,) = sources.refusals(station.store.read, "dirty")
    assert refused[:3] == ("ab", "ab� c", "7")
    ended = pull(station, "dirty")[0]["dirty"].ended
    assert (ended.what, ended.why, ended.next_step) == ("ab", "ab", "ab")
    assert ended.retry_after == 7 * 86400


def test_half_a_character_or_a_missing_text_anywhere_costs_no_page(
    stations: list[Station], tmp_path: Path, plugins: Path
) -> None:
    names = ("title", "body", "status", "priority_label", "url", "owner", "reporter", "team", "changed_by")
    body = f"""
    def pull(self, cursor, known):
        halves = [Item('halves', f'H{{n}}', **({{'title': 't'}} | {{name: 'a\\ud83db'}})) for n, name in enumerate({names})]
        halves.append(Item('halves', 'HL', 't', labels=('a\\ud83d',), fields={{'x\\ud83d': 'y\\ud83d'}}))
        missing = [Item('halves', f'M{{n}}', **({{'title': 't'}} | {{name: None}})) for n, name in enumerate({names[:5]})]
        yield Page((*halves, *missing))
    """
    station = _station(stations, tmp_path, plugins, "halves", body.replace("\n    ", "\n"))
    ended = pull(station, "halves")[0]["halves"].ended
    assert (ended.state, ended.counts.added, ended.counts.refused) == ("ok", len(names) + 1, 5)


def test_an_unknown_connector_and_a_wrong_option_say_what_to_write(
    stations: list[Station], tmp_path: Path, plugins: Path
) -> None:
    station = a_station(tmp_path, plugins, a_source("a", "goood"), a_source("b", "good", options={"m": 1}))
    stations.append(station)
    outcomes, _ = pull(station)
    assert outcomes["a"].ended.state == "broken"
    assert "did you mean 'good'?" in outcomes["a"].ended.why
    assert outcomes["b"].ended.state == "refused"
    assert "sources.b.options.m: unknown option" in outcomes["b"].ended.why
