"""A cut keeps the limit, breaks no letter and leaves no fence open."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.clipping import CUT, Keep, Unit, clip, fence

KEEPS: list[Keep] = ["head", "tail", "both"]
UNITS: list[Unit] = ["characters", "utf-16", "bytes"]
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e9\U0001f1ea"


def size(text: str, unit: Unit) -> int:
    if unit == "bytes":
        return len(text.encode(errors="surrogatepass"))
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2 if unit == "utf-16" else len(text)


def test_a_text_that_fits_is_left_alone() -> None:
    assert clip("abc", 3) == "abc"


@pytest.mark.parametrize(
    ("keep", "expected"),
    [("head", "abcdefghijklmnopqrs…"), ("tail", "…jklmnopqrstuvwxyz-"), ("both", "abcdefghij\n\n…vwxyz-")],
)
def test_the_wanted_end_is_kept(keep: Keep, expected: str) -> None:
    assert clip("abcdefghijklmnopqrstuvwxyz-", 20, keep) == expected


@pytest.mark.parametrize(
    ("text", "limit", "unit", "expected"),
    [
        ("ääää", 7, "bytes", "ää…"),
        ("\U0001f600\U0001f600\U0001f600", 5, "utf-16", "\U0001f600\U0001f600…"),
        ("\U0001f600\U0001f600\U0001f600", 4, "utf-16", "\U0001f600…"),
        (f"ab{FAMILY}cdefgh", 6, "characters", "ab…"),
        (f"ab{FLAG}{FLAG}cdefgh", 6, "characters", f"ab{FLAG}…"),
        ("abe\u0301fgh", 4, "characters", "ab…"),
        ("ab👍🏽cdefgh", 4, "characters", "ab…"),
        ("ab❤️cdefgh", 4, "characters", "ab…"),
    ],
)
def test_no_letter_is_broken(text: str, limit: int, unit: Unit, expected: str) -> None:
    assert clip(text, limit, unit=unit) == expected


def test_no_letter_is_broken_at_the_front_either() -> None:
    assert clip(f"abcdefghi{FAMILY}z", 6, "tail") == f"{CUT}z"


def test_an_open_fence_is_closed() -> None:
    assert clip("a\n```py\nline one\nline two\n```\nb", 21) == "a\n```py\nline one…\n```"
    assert clip("a\n~~~~\nline one\nline two\n~~~~\nb", 20) == "a\n~~~~\nline on…\n~~~~"


def test_a_fence_too_long_to_begin_is_left_out() -> None:
    assert clip("a\n```python\nline one\n```\nb", 14) == "a\n…"


def test_a_tail_reopens_its_fence() -> None:
    assert clip("a\n```py\nline one\nline two\n```\nb", 21, "tail") == "```py\n…line two\n```\nb"


def test_a_cut_begins_no_line_of_its_own() -> None:
    text = "see the verb /merge " * 3
    for limit in range(1, len(text)):
        for keep in KEEPS:
            assert not any(line.startswith("/") for line in clip(text, limit, keep).split("\n"))


@pytest.mark.parametrize("text", ["", "a", "```\na\n```", "~~~", "a ````` b", "`" * 50])
def test_a_fence_holds_whatever_it_holds(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(f"{fence(text, 'p y`')}\n\nbehind")
    assert [token.type for token in tokens][:2] == ["fence", "paragraph_open"]
    assert (tokens[0].content.removesuffix("\n"), tokens[0].info) == (text, "py")


LETTERS = st.sampled_from(
    ["a", "ä", "\n", "```\n", "\n```", "~~~\n", "/b", FAMILY, FLAG, "e\u0301", "❤️", "\ud800", "\u200d"]
)


@given(
    st.one_of(st.lists(LETTERS, max_size=40).map("".join), st.text(max_size=60)),
    st.integers(0, 60),
    st.sampled_from(KEEPS),
    st.sampled_from(UNITS),
)
@settings(max_examples=1500, deadline=None)
def test_the_limit_is_kept_in_every_unit(text: str, limit: int, keep: Keep, unit: Unit) -> None:
    clipped = clip(text, limit, keep, unit)
    assert size(clipped, unit) <= limit
    assert (clipped == text) is (size(text, unit) <= limit)


@given(
    st.lists(st.sampled_from(["a", "bc\n", "\n```py\n", "\n```\n", "\n~~~\n"]), max_size=40).map("".join),
    st.integers(8, 80),
)
@settings(max_examples=1000, deadline=None)
def test_what_is_put_behind_a_clipped_text_is_no_code(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    if clipped != text:
        tokens = MarkdownIt("commonmark").parse(f"{clipped}\n\nbehind")
        assert tokens[-2].content.endswith("behind")
