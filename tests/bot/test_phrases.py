"""Numbers, times and names as Bellhop says them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import phrases


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0s"), (0.9, "0s"), (-5, "0s"), (42, "42s"), (59.9, "59s"), (60, "1m00s"), (372, "6m12s"), (3600, "1h00m"),
     (7500, "2h05m"), (90_000, "25h00m")],
)  # fmt: skip
def test_durations(seconds: float, said: str) -> None:
    assert phrases.duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "under 1 min"),
        (59.9, "under 1 min"),
        (60, "1 min"),
        (299, "4 min"),
        (3599, "59 min"),
        (7500, "2h05m"),
    ],
)
def test_minutes(seconds: float, said: str) -> None:
    assert phrases.minutes(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("dollars", "said"),
    [
        (0, "$0.00"),
        (1.18, "$1.18"),
        (0.01, "$0.01"),
        (0.004, "under $0.01"),
        (0.0099, "under $0.01"),
        (0.021, "$0.02"),
        (1234.5, "$1234.50"),
    ],
)
def test_money(dollars: float, said: str) -> None:
    assert phrases.money(dollars) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"),
     (101, "101st"), (111, "111th")],
)  # fmt: skip
def test_ordinals(number: int, said: str) -> None:
    assert phrases.ordinal(number) == said


def test_counted_things() -> None:
    assert [phrases.counted(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]


def test_the_first_line_that_says_anything() -> None:
    assert phrases.first_line("\n  \n  hello \nworld") == "hello"
    assert phrases.first_line(" \n") == ""


@given(st.text(), st.integers(2, 80))
def test_a_short_text_is_one_line_and_short(text: str, limit: int) -> None:
    said = phrases.short(text, limit)
    assert len(said) <= limit
    assert "\n" not in said


def test_a_clip_is_at_a_word() -> None:
    assert phrases.short("mend the flaky login test, please", 22) == "mend the flaky login…"


def test_of_an_endless_line_only_its_beginning_is_taken() -> None:
    assert phrases.first_line("\n" + "a" * 1_000_000) == "a" * phrases.LONGEST_LINE
