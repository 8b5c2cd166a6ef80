"""The docs move with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.generated import FILES, ROOT

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]


@pytest.mark.parametrize("name", FILES)
def test_what_is_made_from_the_code_is_as_the_code_makes_it(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name](), "run: make docs"


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_no_tracked_text_names_this_machine_or_an_index() -> None:
    import subprocess

    names = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True).stdout.split("\n")
    folder = str(ROOT)
    for name in names:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt", ".tcss", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert folder not in text, name
            assert name == "tests/repo/test_docs.py" or "files.pythonhosted" not in text, name


def test_every_type_of_an_option_is_explained_to_who_writes_a_connector() -> None:
    from opstui.connectors import OPTION_TYPES

    page = (ROOT / "docs/connectors.md").read_text(encoding="utf-8")
    assert [one for one in sorted(OPTION_TYPES) if f"| `{one}` |" not in page] == []
