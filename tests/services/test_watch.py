"""What a watched folder shows of a change, however deep it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.services import watch
from opstui.services.watch import Watch, signature


def test_a_change_in_a_folder_of_a_folder_is_seen_once_it_rests(tmp_path: Path) -> None:
    deep = tmp_path / "2026" / "11"
    deep.mkdir(parents=True)
    (deep / "a.csv").write_text("1")
    one = Watch()
    one.set((tmp_path,))
    assert not one.changed()
    (deep / "a.csv").write_text("1 and more")
    assert (one.changed(), one.changed()) == (False, True)
    one.pulling()
    (deep / "12").mkdir()
    (deep / "12" / "b.csv").write_text("2")
    assert (one.changed(), one.changed()) == (False, True)


def test_a_folder_that_holds_itself_or_too_much_is_looked_at_for_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LIMIT", 20)
    for n in range(30):
        (tmp_path / f"{n}").mkdir()
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    assert len(signature([tmp_path])) <= 21
