"""``make shots``: pictures of every pane on the demo day, as a terminal shows them, into ``docs/pictures``."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from benchmarks.terminal import Terminal

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "pictures"
SIZES = ((80, 24), (120, 36), (160, 45), (200, 50))
PICTURES: dict[str, tuple[str, ...]] = {
    "triage": (),
    "changed": ("=",),
    "preview": ("space",),
    "item": ("enter",),
    "why": ("W",),
    "owner": ("o",),
    "snooze": ("s",),
    "bulk": ("v", "v", "v", "v", "d"),
    "filter": ("/", "owner = none and priority >= high"),
    "help": ("?",),
    "log": ("6",),
    "sources": ("7", "j", "wait"),
    "outbox": ("O",),
    "transition": ("j", "j", "T", "wait"),
    "routines": ("g", "r", "wait", "enter", "space", "space", "space", "wait"),
    "standard": ("H", "wait", "space", "space", "wait"),
}
"""Name -> what is typed after the demo has opened."""
AT_TEN: dict[str, tuple[str, ...]] = {
    "board": ("wait",),
    "people": ("wait", "tab", "N", "N"),
    "blockers": ("wait", "tab", "tab", "wait"),
    "escalated": ("wait", "tab", "tab", "tab", "tab", "wait"),
    "unseen": ("wait", "shift+tab", "wait"),
    "minutes": ("wait", "N", "N", "M", "wait"),
}
"""The same of the stand-up: each picture on a day of its own, at ten."""

DECISION = (
    ("--why", "140 m less walking per return; the walkway paint can follow."),
    ("--option", "wait for the repaint"),
    ("--option", "a second trolley"),
    ("--owner", "Dee Okafor"),
    ("--review", "+10d"),
    ("--effect", "returns per hour up 8 %"),
    ("--on", "projects:OPS-84"),
)
DAY: tuple[tuple[str, ...], ...] = (
    ("note", "Rang the carrier: 06:30 works if dock 2 opens early.", "--on", "mail:m001"),
    ("decide", "Move returns desk to dock 2 before Christmas", *(word for pair in DECISION for word in pair)),
    ("assign", "helpdesk:INC4690", "--to", "Fay Tan", "--reason", "needs a bank limit"),
    ("snooze", "helpdesk:INC4702", "--until", "mon 9", "--reason", "Waiting for a date"),
    ("accept", "projects:OPS-112"),
    ("comment", "helpdesk:INC4709", "--text", "Stock moved to bay 4, door crew due 09:15."),
)
"""What somebody has done by the time the log is looked at."""

AFTER = ("log", "sources")
"""Pictures of the time after that."""

KEYS = {"tab": b"\t", "shift+tab": b"\x1b[Z", "space": b" ", "enter": b"\r", "escape": b"\x1b", "down": b"\x1b[B"}
BASE = {
    "black": "000000", "red": "cd3131", "green": "0dbc79", "brown": "e5e510", "blue": "2472c8", "magenta": "bc3fbc",
    "cyan": "11a8cd", "white": "e5e5e5",
}  # fmt: skip
INK, PAPER = "dddddd", "1e1e1e"


def font_file(bold: bool = False) -> Path:
    """A monospaced font of this machine."""
    style = "bold" if bold else "book"
    named = os.environ.get("OPSTUI_SHOTS_FONT")
    if named:
        return Path(named)
    if shutil.which("fc-match"):
        found = subprocess.run(["fc-match", "-f", "%{file}", f"monospace:style={style}"], capture_output=True, text=True).stdout
        if found and Path(found).exists():
            return Path(found)
    for path in _usual(bold):
        if path.exists():
            return path
    sys.exit("make shots needs a monospaced font (Debian: fonts-dejavu-core), or its path in OPSTUI_SHOTS_FONT")


def _usual(bold: bool) -> Iterator[Path]:
    name = "DejaVuSansMono-Bold.ttf" if bold else "DejaVuSansMono.ttf"
    for folder in ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/TTF", "/Library/Fonts"):
        yield Path(folder) / name
    yield Path("/System/Library/Fonts/Menlo.ttc")


def paint(terminal: Terminal, path: Path, size: int = 14) -> None:
    """The screen as a PNG."""
    plain, bold = (ImageFont.truetype(str(font_file(one)), size) for one in (False, True))
    width = round(plain.getlength("M"))
    ascent, descent = plain.getmetrics()
    height = ascent + descent + 1
    image = Image.new("RGB", (terminal.cols * width, terminal.rows * height), f"#{PAPER}")
    draw = ImageDraw.Draw(image)
    for y in range(terminal.rows):
        for x in range(terminal.cols):
            cell = terminal.screen.buffer[y][x]
            ink, paper = _colour(cell.fg, INK), _colour(cell.bg, PAPER)
            if cell.reverse:
                ink, paper = paper, ink
            left, top = x * width, y * height
            draw.rectangle([left, top, left + width - 1, top + height - 1], fill=paper)
            if cell.data.strip():
                draw.text((left, top), cell.data, font=bold if cell.bold else plain, fill=ink)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(256, kmeans=1).save(path, optimize=True)


def _colour(name: str, default: str) -> str:
    if name == "default":
        return f"#{default}"
    return f"#{BASE.get(name, name if len(name) == 6 else default)}"


def shoot(folder: Path, name: str, keys: tuple[str, ...], size: tuple[int, int]) -> Path:
    """One picture: open the demo at a size, type, look."""
    at, day = (("--at", "10:00"), "demo-1000") if name in AT_TEN else ((), "demo")
    if name in AT_TEN:
        folder = Path(shutil.copytree(folder / day, folder / f"{name}-{size[0]}" / day)).parent
    env = {"OPSTUI_DATA_DIR": str(folder), "HOME": str(folder), "OPSTUI_CONFIG": ""}
    # The demo goes on where it was left, so every picture is told its minute.
    minute = "10:00" if at else f"08:{14 if name in AFTER else 5:02}"
    (folder / day / "clock").write_text(f"2026-11-20T{minute}:00+00:00")
    terminal = Terminal([sys.executable, "-m", "opstui", "demo", *at], size=size, env=env)
    try:
        terminal.first_seen(terminal.read(1.2, 20), "opstui")
        for key in keys:
            if key == "wait":
                time.sleep(2)  # the board is asked
                continue
            terminal.first_change(terminal.press(KEYS.get(key, key.encode()), quiet=0.4, limit=3).chunks)
        time.sleep(0.1)
        terminal.first_change(terminal.read(0.4, 2))
        path = TARGET / f"{name}-{size[0]}x{size[1]}.png"
        paint(terminal, path)
        return path
    finally:
        terminal.close()


def main() -> None:
    """Take the pictures named, or all, at every size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shots", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES | AT_TEN)}; all when none is named")
    parser.add_argument("--size", action="append", metavar="COLSxROWS", help="may be given often; the usual four when not")
    args = parser.parse_args()
    sizes = [(int(c), int(r)) for c, r in (one.split("x") for one in args.size or [])] or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="opstui-shots-") as scratch:
        folder = Path(scratch)
        env = os.environ | {"OPSTUI_DATA_DIR": scratch, "HOME": scratch, "OPSTUI_CONFIG": ""}
        opstui = [sys.executable, "-m", "opstui"]
        names = args.names or [*PICTURES, *AT_TEN]
        for at in ((), ("--at", "10:00")) if AT_TEN.keys() & set(names) else ((),):
            subprocess.run([*opstui, "demo", *at], env=env, check=True, capture_output=True)
        for name in names:
            if name == "log":
                there = env | {
                    "OPSTUI_DATA_DIR": str(folder / "demo"), "OPSTUI_CONFIG": str(folder / "demo/day/config.toml"),
                    "OPSTUI_NOW": "2026-11-20T08:09:00+00:00",
                }  # fmt: skip
                for command in DAY:
                    subprocess.run([*opstui, *command], env=there, check=True, capture_output=True)
            for size in sizes:
                print(shoot(folder, name, (PICTURES | AT_TEN)[name], size).relative_to(ROOT), flush=True)


if __name__ == "__main__":
    main()
