"""Which lines are a person's own words, and where they stand in the source."""

import pytest

from bot import markdown


def lines(text: str) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in markdown.read(text).lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb", [(0, "a"), (1, "b")]),
        ("a  \n   b\\\nc", [(0, "a  "), (1, "b\\"), (2, "c")]),
        ("a `x\ny` z\nb", [(0, "a `x"), (2, "b")]),
        ("[a\nb](c\n'd\ne')\nf", [(0, "[a"), (4, "f")]),
        ("- a\n  b\n- c\n\n  d", [(0, "a"), (1, "b"), (2, "c"), (4, "d")]),
        ("# a #\nb\nc\n===", [(0, "a"), (1, "b"), (2, "c")]),
        ("> a\n\nb", [(2, "b")]),
        ("\u00a0\na\u2028b\n\x0c\nc", [(1, "a b"), (3, "c")]),
        ("- \u3000\n  a", [(1, "a")]),
        ("<kbd>\n\n<kbd>\n\na\n\n</kbd>\n\nb\n\n</kbd>\n\nc", [(12, "c")]),
        ("</kbd>\n\na", [(2, "a")]),
        ("> <kbd>\n\na", [(2, "a")]),
        ("<!-- <kbd> -->\n\na", [(2, "a")]),
        ("- <p>a</p>\n  b <br>\n  <i\n  x> c\n\n  d", [(0, "a"), (1, "b"), (3, "c"), (5, "d")]),
        ("<p>\n[a] <q>b</q> c\n<q>d</q> e\n</p>", [(1, "[a] <q>b</q> c")]),
        ("a <kbd>b\nc</kbd>\nd", [(0, "a <kbd>b"), (2, "d")]),
        ("`<!--`\na", [(0, "`<!--`"), (1, "a")]),
        ("\\<!--\na", [(0, "\\<!--"), (1, "a")]),
    ],
)
def test_lines_stand_where_the_source_has_them(text: str, expected: list[tuple[int, str]]) -> None:
    assert lines(text) == expected


def test_code_and_html_are_known_by_their_lines() -> None:
    assert markdown.read("a\n```\nb\n```\n\n    c\n<div>\nd").code == {1, 2, 3, 5, 6, 7}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("`a`", "a"),
        (" ``a ` b``\n", "a ` b"),
        ("```\na\n```", None),
        ("~~~\na", None),
        ("```\na\nb\n```", None),
        ("`a` b", None),
        ("    a", None),
        ("`a`\n\n`b`", None),
        ("- `a`", None),
        ("", None),
    ],
)
def test_a_text_that_is_only_code_is_known(text: str, code: str | None) -> None:
    assert markdown.read(text).only_code == code


def test_brackets_beyond_counting_open_no_link_and_stay_in_the_text() -> None:
    text = "[a](b) " * 2000 + "[c"
    assert lines(text) == [(0, text)]
    assert markdown.read("`[a`").only_code == "[a"
