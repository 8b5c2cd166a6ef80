"""``opstui doctor``: what is not well is named with a remedy, and only a failure is an exit code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.plugin import install
from tests.support.rights import needs_rights, stopped_by_rights
from tests.support.shell import CONFIG, EXPORT, ROOT, Done, Shell


def checks(done: Done) -> dict[str, dict[str, Any]]:
    return {f"{one['area']}/{one['name']}": one for one in done.json}


def test_all_is_well_after_a_pull(office: Shell) -> None:
    done = office("doctor", "--json")
    found = checks(done)
    assert done.code == 0
    assert {one["state"] for one in found.values()} == {"ok"}, found
    assert "no damage" in found["store/integrity"]["text"] and "3 items" in found["store/integrity"]["text"]
    assert "3 records" in found["sources/desk"]["text"]


def test_on_an_empty_home_nothing_fails_and_nothing_is_made(shell: Shell) -> None:
    done = shell("doctor", "--json")
    assert done.code == 0 and checks(done)["config/file"]["next_step"] == "opstui init writes one"
    assert list(shell.home.iterdir()) == []


def test_a_damaged_store_fails_with_the_way_back(office: Shell) -> None:
    copies = [office("backup").out.strip() for _ in range(2)]
    store = office.data / "opstui.db"
    store.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    done = office("doctor", "--json")
    assert done.code == 1
    found = checks(done)["store/file"]
    assert found["state"] == "fail" and f"opstui restore {copies[-1]}" in found["next_step"]
    assert f"opstui restore {copies[-1]}" in office("queue").err


def test_a_damaged_store_without_a_copy_is_not_sent_to_look_for_one(office: Shell) -> None:
    (office.data / "opstui.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    done = office("queue")
    assert done.code == 1 and "no copy" in done.err and "opstui sync" in done.err and "restore" not in done.err


def test_a_store_that_others_can_read_is_told(office: Shell) -> None:
    (office.data / "opstui.db").chmod(0o644)
    found = checks(office("doctor", "--json"))["store/mode"]
    assert found["state"] == "warn" and found["next_step"].startswith("chmod 600")


@needs_rights
def test_a_data_folder_that_cannot_be_written_fails(office: Shell) -> None:
    office.data.chmod(0o500)
    try:
        done = office.real("doctor", "--json", **stopped_by_rights())
        assert done.code == 1 and [name for name, one in checks(done).items() if one["state"] == "fail"] == ["store/mode"]
    finally:
        office.data.chmod(0o700)


def test_a_source_whose_file_is_gone_fails_when_it_is_required(office: Shell) -> None:
    (office.config.parent / "tickets.csv").unlink()
    done = office("doctor", "--json")
    found = checks(done)["sources/desk"]
    assert done.code == 1 and found["state"] == "fail" and "tickets.csv" in found["text"] and "3 items here" in found["text"]
    office.write("config:config.toml", CONFIG.replace('connector = "csv"', 'connector = "csv"\nrequired = false'))
    done = office("doctor", "--json")
    assert done.code == 0 and checks(done)["sources/desk"]["state"] == "warn"


def test_refused_rows_are_named_with_line_and_reason(shell: Shell) -> None:
    shell.office(EXPORT + ",no number,New,,,\n")
    assert shell("sync").code == 0
    found = checks(shell("doctor", "--json"))["sources/desk refused"]
    assert found["state"] == "warn" and "1 record" in found["text"]
    assert "tickets.csv:5" in found["details"][0]


def test_a_broken_connector_fails_when_a_source_needs_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = install(shell.home / "plugins", "torn", "raise RuntimeError('torn in two')")
    monkeypatch.syspath_prepend(plugins)
    shell.env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'plugins'}:{plugins}"
    shell.office()
    done = shell("doctor", "--json")
    assert done.code == 0 and checks(done)["plugins/torn"]["state"] == "warn"
    shell.office(config=CONFIG.replace('"csv"', '"torn"'))
    done = shell("doctor", "--json")
    assert done.code == 1 and checks(done)["plugins/torn"]["state"] == "fail"
    assert "torn in two" in checks(done)["plugins/torn"]["text"]


def test_mistakes_in_the_config_fail_and_the_rest_is_still_looked_at(office: Shell) -> None:
    office.write("config:config.toml", CONFIG.replace("[day]", "[dya]"))
    done = office("doctor", "--json")
    found = checks(done)
    assert done.code == 1 and any(name.startswith("config/") and one["state"] == "fail" for name, one in found.items())
    assert found["sources/desk"]["state"] == "ok"


def test_a_store_with_decisions_in_it_and_no_copy_is_told_until_there_is_one(office: Shell) -> None:
    office("done", "desk:INC1")
    found = checks(office("doctor", "--json"))["store/backups"]
    assert found["state"] == "warn" and "opstui backup" in found["next_step"]
    assert office("backup").code == 0
    assert checks(office("doctor", "--json"))["store/backups"]["state"] == "ok"


def test_a_person_reads_each_area_once_with_the_remedy_under_its_line(office: Shell) -> None:
    office("done", "desk:INC1")
    lines = office("doctor").out.splitlines()
    assert [line for line in lines if line in {"store", "config", "plugins", "sources", "terminal"}] == [
        "store",
        "config",
        "plugins",
        "sources",
        "terminal",
    ]
    at = next(n for n, line in enumerate(lines) if "backups" in line)
    assert lines[at].split()[0] == "warn" and "-> opstui backup" in lines[at + 1]


def test_a_daily_backup_that_fails_is_a_failure_with_a_remedy(office: Shell) -> None:
    (office.data / "backups").mkdir(exist_ok=True)
    office("note", "worth a copy")
    for one in (office.data / "backups").iterdir():
        one.unlink()
    (office.data / "backups").rmdir()
    (office.data / "backups").write_text("in the way")
    office("sync")
    done = office("doctor", "--json")
    found = checks(done)["store/daily backup"]
    assert done.code == 1 and found["state"] == "fail" and "opstui backup" in found["next_step"]
    (office.data / "backups").unlink()
    assert office("backup").code == 0
    assert "store/daily backup" not in checks(office("doctor", "--json"))
