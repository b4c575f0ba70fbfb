"""What can be used is documented, what is documented can be used, and links lead somewhere."""

import re
from pathlib import Path

import pytest

from bot import checks
from tests.house import reference
from tests.house.tree import ROOT, tracked

REFERENCE = ROOT / "docs" / "reference"
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
PAGES = reference.pages()


def lines_of(page: reference.Page) -> list[str]:
    lines = (REFERENCE / page.name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith(page.marks)]


def is_said(expected: str, lines: list[str]) -> bool:
    """A whole line stands there as expected; a beginning (it ends in a blank) needs somebody's words behind it."""
    if not expected.endswith("| "):
        return expected in lines
    return any(line.startswith(expected) and line.removeprefix(expected).strip(" |") for line in lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.name}:{page.marks[0]}")
def test_the_reference_holds_everything_there_is(page: reference.Page) -> None:
    assert page.lines, "nothing was found to document: the product moved, or this test is blind"
    lines = lines_of(page)
    assert [line for line in page.lines if not is_said(line, lines)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.name}:{page.marks[0]}")
def test_the_reference_holds_nothing_that_is_gone(page: reference.Page) -> None:
    assert [line for line in lines_of(page) if not line.startswith(page.lines)] == []


@pytest.mark.parametrize("line", ["| `GET` | `/healthz` |  |", "| `GET` | `/readyz` | ready? |"])
def test_a_line_without_words_and_another_line_are_no_documentation(line: str) -> None:
    assert not is_said("| `GET` | `/healthz` | ", [line])


def test_every_setting_says_what_it_is() -> None:
    fields = [
        (cls, name, field) for cls in reference.settings_classes() for name, field in cls.model_fields.items()
    ]
    assert [reference.variable(*entry) for entry in fields if not entry[2].description] == []


def test_the_repository_file_of_the_reference_is_read_as_it_says() -> None:
    page = (REFERENCE / "repository-file.md").read_text(encoding="utf-8")
    example = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    found = checks.find({checks.CONFIGURATION: example})
    assert [step.name for step in found.setup] == ["pip install -r requirements.txt"]
    assert [step.name for step in found.steps] == ["python -m pytest -q", "types"]
    assert found.timeout_seconds == 20 * 60
    assert re.findall(r"^\| `(\w+)` \| [a-z]", page, re.MULTILINE) == list(checks.KEYS)


@pytest.mark.parametrize("page", tracked(".md"), ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (ROOT / page.parent / link).exists()] == []


def test_every_page_of_the_docs_can_be_reached() -> None:
    pages = [page for page in tracked(".md") if page.parts[0] == "docs"]
    linked = {
        (ROOT / page.parent / link).resolve()
        for page in tracked(".md")
        for link in LINK.findall((ROOT / page).read_text(encoding="utf-8"))
    }
    assert [str(page) for page in pages if (ROOT / page).resolve() not in linked] == []
