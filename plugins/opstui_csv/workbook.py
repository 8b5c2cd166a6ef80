"""From an Excel or OpenDocument workbook to a table, every cell as the text a person would type."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from opstui.errors import SourceRefused
from opstui_csv.headings import plain, recognised
from opstui_csv.table import HEADING_WITHIN, Table, heading_row

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def parse(data: bytes, name: str, sheet: str | int | None = None, known: Callable[[Sequence[str]], int] = recognised) -> Table:
    """The table of one sheet: the named one, else the first that has rows.

    Raises:
        SourceRefused: it is no workbook, it has a password, or the sheet is not there.
    """
    import python_calamine  # only sources that need it pay for it

    if not data.strip():
        raise SourceRefused(f"{name} is empty", "it has no content", "Export it again.")
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        title, cells = _sheet(book, name, sheet)
    except python_calamine.PasswordError as error:
        raise SourceRefused(f"{name} has a password", "its content cannot be read", "Save a copy without one.") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise SourceRefused(f"{name} is no workbook that can be read", _why(data, error), "Export it again.") from error
    except BaseException as error:
        # the reader is Rust: on some damaged files it panics, which is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise SourceRefused(f"{name} is damaged", "the workbook reader gave up on it", "Export it again.") from error
    for row in cells:
        row[:] = [cell if type(cell) is str else text(cell) for cell in row]
    return _table(cells, name, title, known)


def text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates in ISO form."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _sheet(book: Any, name: str, wanted: str | int | None) -> tuple[str, list[list[Any]]]:
    names: list[str] = list(book.sheet_names)
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(names):
            raise SourceRefused(f"{name} has no sheet {wanted}", f"it has {len(names)}: {', '.join(names)}", "Correct sheet.")
        wanted = names[wanted - 1]
    if wanted:
        by_plain = {found.strip().casefold(): found for found in names}
        if wanted.strip().casefold() not in by_plain:
            raise SourceRefused(f"{name} has no sheet {wanted!r}", f"its sheets are {', '.join(names)}", "Correct sheet.")
        names = [by_plain[wanted.strip().casefold()]]
    rows: list[list[Any]] = []
    for title in names:
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        if rows:
            return title, rows
    return (names[0] if names else ""), rows


def _table(cells: list[list[str]], name: str, title: str, known: Callable[[Sequence[str]], int]) -> Table:
    if not any(any(cell.strip() for cell in row) for row in cells):
        raise SourceRefused(f"{name} is empty", f"sheet {title!r} has no heading line", "Export it again, or set sheet.")
    at = heading_row(cells[: HEADING_WITHIN * 2], known)
    names = cells[at]
    used = [place for place, cell in enumerate(names) if cell.strip() or any(row[place].strip() for row in cells[at + 1 :])]
    names = [names[place] for place in used]
    rows: list[list[str]] = []
    lines: list[int] = []
    notes: list[str] = []
    groups: list[str] = []
    group = cells[at - 1][0].strip() if at and _alone(cells[at - 1]) else ""
    for index in range(at + 1, len(cells)):
        row = [cells[index][place] for place in used]
        if not any(map(str.strip, row)):
            continue
        following = cells[index + 1] if index + 1 < len(cells) else []
        if row == names:
            continue
        if _alone(cells[index]) and [following[place] for place in used if place < len(following)] == names:
            group = cells[index][0].strip()
            continue
        rows.append(row)
        lines.append(index + 1)
        groups.append(group)
    if len(set(groups)) > 1 and "board group" not in map(plain, names):
        # monday.com writes each group of a board as a table of its own, below its name
        names.append("Board group")
        for row, found in zip(rows, groups, strict=True):
            row.append(found)
        notes.append(f"{name}: {len(set(groups))} groups of the sheet were put in one table")
    return Table(name, names, rows, lines.__getitem__, [], notes, f"sheet {title!r}")


def _alone(row: Sequence[str]) -> bool:
    return len(row) > 1 and not row[1].strip() and bool(row[0].strip()) and not any(cell.strip() for cell in row[2:])


def _why(data: bytes, error: Exception) -> str:
    if data[:512].lstrip()[:1] == b"<":
        return "it is a web page or XML under an Excel name; export it as CSV or as a real workbook"
    if b"\0" not in data[:512]:
        return 'it is text; use connector = "csv" for it'
    return str(error)[:200] or type(error).__name__
