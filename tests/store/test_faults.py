"""A disk that is full, read-only, or somebody else's: real ones, where this system lets us have them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from opstui.store.db import Store
from tests.store.helpers import bring
from tests.support.build import FakeClock, an_item
from tests.support.rights import needs_rights, stopped_by_rights

HEAD = (
    "import sys; from pathlib import Path\n"
    "from tests.support.build import FakeClock, an_item; from tests.store.helpers import bring, keys\n"
    "from opstui.errors import StoreError; from opstui.store.db import Store\n"
    "path = Path(sys.argv[1])\n"
)
ROOT = Path(__file__).parents[2]


def run(code: str, path: Path, before: str = "", **more: Any) -> str:
    """What ``code`` prints in a process of its own; ``before`` is shell run first, with mounts of its own."""
    command = [sys.executable, "-c", HEAD + code, str(path)]
    if before:
        command = ["unshare", "-rm", "sh", "-c", f'{before} && exec "$@"', "sh", *command]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=60, **more)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not can_mount(), reason="this system does not let a test mount a disk of its own")


@needs_mounts
def test_a_disk_that_fills_up_is_named_and_what_was_saved_stays(tmp_path: Path) -> None:
    code = (
        "store = Store.open(path / 'data' / 'opstui.db', now=FakeClock()); n = 0\n"
        "try:\n"
        "    while n < 100000:\n"
        "        bring(store, *(an_item(f'K{i}', body='word ' * 200) for i in range(n, n + 100))); n += 100\n"
        "except StoreError as error:\n"
        "    print(type(error).__name__, error.why); first = n\n"
        "try:\n"
        "    bring(store, *(an_item(f'L{i}', body='word ' * 200) for i in range(100)))\n"
        "except StoreError as error:\n"
        "    print(type(error).__name__)\n"
        "print(first >= 100, store.read.execute('SELECT count(*) FROM items').fetchone()[0] == first)\n"
        "print(store.read.execute('PRAGMA integrity_check').fetchone()[0])\n"
    )
    printed = run(code, tmp_path, f"mount -t tmpfs -o size=4m none {tmp_path}").splitlines()
    assert printed == ["StoreFull the disk is full", "StoreFull", "True True", "ok"]


@needs_mounts
def test_a_store_on_a_full_disk_cannot_be_made_and_says_so(tmp_path: Path) -> None:
    code = (
        "try:\n"
        "    Store.open(path / 'opstui.db', now=FakeClock())\n"
        "except StoreError as error:\n"
        "    print(type(error).__name__)\n"
    )
    fill = f"mount -t tmpfs -o size=256k none {tmp_path} && dd if=/dev/zero of={tmp_path}/fill bs=1k count=200 2>/dev/null"
    assert run(code, tmp_path, fill).split() == ["StoreFull"]


@needs_mounts
def test_a_store_on_a_full_disk_can_be_read_and_written_again_once_there_is_room(tmp_path: Path) -> None:
    code = (
        "with Store.open(path / 'opstui.db', now=FakeClock()) as store: bring(store, an_item('A'))\n"
        "fill = path / 'fill'\n"
        "try:\n"
        "    with fill.open('wb', buffering=0) as file:\n"
        "        while file.write(b'x' * 1024): pass\n"
        "except OSError:\n"
        "    pass\n"
        "store = Store.open(path / 'opstui.db', now=FakeClock())\n"
        "print(keys(store))\n"
        "try:\n"
        "    bring(store, an_item('B'))\n"
        "except StoreError as error:\n"
        "    print(type(error).__name__, error.why)\n"
        "fill.unlink(); bring(store, an_item('B')); print(keys(store))\n"
    )
    printed = run(code, tmp_path, f"mount -t tmpfs -o size=4m none {tmp_path}").splitlines()
    assert printed == ["['A']", "StoreFull the disk is full", "['A', 'B']"]


@needs_mounts
def test_a_read_only_disk_can_be_read_and_a_write_says_why_not(tmp_path: Path) -> None:
    with Store.open(tmp_path / "opstui.db", now=FakeClock()) as store:
        bring(store, an_item("A"))
    code = (
        "store = Store.open(path / 'opstui.db', now=FakeClock())\n"
        "print(keys(store))\n"
        "try:\n"
        "    bring(store, an_item('B'))\n"
        "except StoreError as error:\n"
        "    print(type(error).__name__, error.next_step)\n"
    )
    printed = run(code, tmp_path, f"mount --bind {tmp_path} {tmp_path} && mount -o remount,ro,bind {tmp_path}")
    assert printed.startswith("['A']\nStoreReadOnly ")
    assert "--data-dir" in printed


@needs_rights
@pytest.mark.parametrize("mode", [0o400, 0o500])
def test_a_file_or_folder_without_rights_says_so(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "data"
    with Store.open(folder / "opstui.db", now=FakeClock()) as store:
        bring(store, an_item("A"))
    code = (
        "try:\n"
        "    store = Store.open(path, now=FakeClock())\n"
        "    print(keys(store))\n"
        "    bring(store, an_item('B'))\n"
        "except StoreError as error:\n"
        "    print(type(error).__name__)\n"
    )
    if mode == 0o400:
        (folder / "opstui.db").chmod(mode)
    else:
        folder.chmod(mode)
    try:
        printed = run(code, folder / "opstui.db", **stopped_by_rights()).split()
    finally:
        folder.chmod(0o700)
    assert printed[-1] == "StoreReadOnly"
