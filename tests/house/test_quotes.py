"""What a page says that Bellhop says, it says: whoever looks for the words they read finds them there."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT, literals, product_modules, syntax

PAGES = ("docs/connect/slack.md",)
QUOTED = re.compile(r"“([^”]+)”")
GAP = re.compile(r"\(?…\)?|`[^`]*`|\.\.\.")  # what differs each time
SHORTEST = 8


def said() -> str:
    return "\n".join(text for path in product_modules() for _, text in literals(syntax(path)))


@pytest.mark.parametrize("page", PAGES)
def test_what_is_quoted_is_said(page: str) -> None:
    quoted = QUOTED.findall((ROOT / page).read_text())
    assert len(quoted) > 20
    parts = [part.strip(" ;:.()") for quote in quoted for part in GAP.split(quote)]
    words = said()
    assert [part for part in parts if len(part) >= SHORTEST and part not in words] == []
