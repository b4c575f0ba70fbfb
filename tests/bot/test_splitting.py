"""Long texts in parts: nothing is lost, nothing is broken, every part fits."""

from __future__ import annotations

import re
from itertools import repeat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.splitting import Part, size_of, split

LIMIT = 300
FAMILY = "👨‍👩‍👧"
LETTERS = (FAMILY, "é", "👍🏽", "🇩🇪", "❤️", "𝒳", "\r\n")
TOKENS = (
    "&amp;",
    "&lt;",
    "<@U0123ABC>",
    "<https://x.example/a?b=c|here>",
    "[a link](https://x.example/y)",
    "`a b c`",
)
PARSER = MarkdownIt("commonmark")

words = st.sampled_from(
    [*LETTERS[:-1], *TOKENS, "word", "a", "x" * 90, "- item", "> quote", "# head", "1. one"]
)
lines = st.lists(words, max_size=12).map(" ".join)
code = st.lists(
    st.sampled_from(["", "x = 1", "y" * 400, "  deeper", FAMILY * 9, "```"[:2], "&amp;"]), max_size=20
)
fenced = st.builds(
    lambda prefix, marks, info, body, end: "\n".join(
        f"{prefix}{line}" for line in [f"{marks}{info}", *body, *([marks] if end else [])]
    ),
    st.sampled_from(["", "  ", "> "]),
    st.sampled_from(["```", "````", "~~~"]),
    st.sampled_from(["", "python", "a long info"]),
    code,
    st.booleans(),
)
texts = st.lists(st.one_of(lines, fenced), max_size=15).flatmap(
    lambda blocks: st.sampled_from(["\n", "\n\n"]).map(lambda gap: gap.join(blocks))
)


def parts_of(text: str, limit: int = LIMIT) -> list[Part]:
    return split(text, repeat(limit))


def fences(text: str) -> list[Token]:
    return [token for token in PARSER.parse(text) if token.type == "fence"]


def is_closed(token: Token, text: str) -> bool:
    """Whether a line of its own closes the block."""
    lines = text.replace("\r\n", "\n").split("\n")
    assert token.map is not None
    last = lines[min(token.map[1], len(lines)) - 1]
    marks = rf"{token.markup}{token.markup[0]}*\s*"
    return token.map[1] - token.map[0] > 1 and re.fullmatch(rf"[ >]*{marks}", last) is not None


def is_balanced(text: str) -> bool:
    """Every block of code that is opened is closed in this very text; one in a quote or list ends with it, too."""
    return all(token.level or is_closed(token, text) for token in fences(text))


@settings(max_examples=100, deadline=None)
@given(texts)
@example("```py\n" + "x" * 2000 + "\n```")
@example("> ```py\n" + "> x = 1\n" * 200 + "> ```\nafter")
@example("1. first:\n   ```py\n" + "   x = 1\n" * 100 + "   ```\n2. next")
@example("- a\n  - b\n    - ```py\n" + "      x = 1\n" * 100 + "      ```\n- c")
@example("```" + "i" * 2000 + "\ncode\n```")
@example("a" * LIMIT + "\n\n" + "b" * LIMIT)
def test_joined_they_are_the_text_and_each_fits_and_closes_its_code(text: str) -> None:
    parts = parts_of(text)
    assert "".join(part.source for part in parts) == text
    is_odd = any(token.level and not is_closed(token, text) for token in fences(text))
    for part in parts:
        assert size_of(part.text) <= LIMIT, part
        # Code that only the end of a list closes is closed by nothing where a part begins in the middle of that list.
        assert is_odd or is_balanced(part.text), part.text


@pytest.mark.parametrize(
    "text",
    [
        "- item\n  ```\n" + "  " + "y" * 900 + "\nafter the list\n\nand more",
        "> - ```\n" + ">   y = 1\n" * 90 + "after the quote\n\nand more",
        "> ```\n" + "> y = 1\n" * 90 + "after the quote\n\nand more",
    ],
)
def test_code_that_ends_with_its_list_or_quote_does_so_in_the_next_part(text: str) -> None:
    last = parts_of(text)[-1].text
    [block] = fences(last)
    assert "after" not in block.content


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*LETTERS, *TOKENS, " ", "x"]), min_size=1, max_size=300).map("".join))
def test_no_letter_and_nothing_that_must_stay_whole_is_cut(text: str) -> None:
    cuts, at = set(), 0
    for part in parts_of(text)[:-1]:
        at += len(part.source)
        cuts.add(at)
    for whole in (*LETTERS, *TOKENS[:-1]):
        for found in re.finditer(re.escape(whole), text):
            assert not cuts & set(range(found.start() + 1, found.end())), whole


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=2000))
def test_whatever_the_text_nothing_is_lost(text: str) -> None:
    assert "".join(part.source for part in parts_of(text)) == text


def test_code_that_is_cut_goes_on_with_its_language_at_a_lines_begin() -> None:
    text = "Look:\n\n```python\n" + "print('hello')\n" * 60 + "```\n\nThat is all."
    first, *between, last = (part.text for part in parts_of(text))
    assert first.endswith("print('hello')\n```")
    for part in between:
        assert part.startswith("```python\nprint('hello')\n")
        assert part.endswith("\nprint('hello')\n```")
    assert last.startswith("```python\nprint(")
    assert last.endswith("```\n\nThat is all.")


def test_a_block_of_code_that_fits_into_a_part_is_not_cut() -> None:
    code = "```\n" + "x\n" * 80 + "```\n"
    parts = [part.text for part in parts_of(f"{'word ' * 40}\n\n{code}\n{'word ' * 40}")]
    assert any(code in part for part in parts)


def test_paragraphs_are_kept_whole() -> None:
    text = "\n\n".join(f"{name * 100}" for name in "abcdefg")
    assert [len(set(part.source.strip())) for part in parts_of(text, 110)] == [1] * 7


def test_what_grows_on_its_way_is_measured_as_it_will_be() -> None:
    parts = split("&" * 1000, repeat(500), lambda text: 5 * len(text))
    assert "".join(part.source for part in parts) == "&" * 1000
    assert max(len(part.text) for part in parts) <= 100
    assert len(parts) < 14


def test_each_part_has_a_limit_of_its_own_and_there_are_no_more_than_wanted() -> None:
    parts = split("word " * 1000, iter([100, 1000, 2000, 2000]), most=3)
    assert [size_of(part.text) <= limit for part, limit in zip(parts, (100, 1000, 2000), strict=True)] == [
        True
    ] * 3


@pytest.mark.parametrize("text", ["", " ", "\n\n\n"])
def test_nothing_is_nothing(text: str) -> None:
    assert "".join(part.source for part in parts_of(text)) == text


@pytest.mark.parametrize(
    "bomb",
    [
        "`" * 20_000,
        "> " * 20_000,
        "[" * 20_000,
        "<" * 20_000,
        "\n" * 20_000,
        "&" * 20_000,
        "🇩🇪" * 10_000,
        "e" + "\u0301" * 20_000,
    ],
)
def test_a_text_made_to_take_long_is_split(bomb: str) -> None:
    assert "".join(part.source for part in split(bomb, repeat(2000))) == bomb
