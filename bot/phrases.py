"""How Bellhop says numbers, times and names, the same everywhere."""

from __future__ import annotations

from datetime import timedelta

from bot.safety import headline

MINUTE = 60
HOUR = 60 * MINUTE
LONGEST_LINE = 2000
SHORT_TEXT = 60
NAME_CHARACTERS = 80
CENT = 0.01


def duration(span: timedelta) -> str:
    """`6m12s`, `42s`, `2h05m`; less than a second is `0s`."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < MINUTE:
        return f"{seconds}s"
    if seconds < HOUR:
        return f"{seconds // MINUTE}m{seconds % MINUTE:02}s"
    return f"{seconds // HOUR}h{seconds % HOUR // MINUTE:02}m"


def minutes(span: timedelta) -> str:
    """`4 min`, `under 1 min`, `2h05m`: for what goes on."""
    if span < timedelta(seconds=MINUTE):
        return "under 1 min"
    return f"{int(span.total_seconds()) // MINUTE} min" if span < timedelta(seconds=HOUR) else duration(span)


def money(dollars: float) -> str:
    """`$1.18`, `under $0.01`: one format, and what costs something is never nothing."""
    return f"${dollars:.2f}" if dollars >= CENT or dollars == 0 else f"under ${CENT}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    suffix = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def counted(number: int, noun: str) -> str:
    """`1 file`, `3 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def named(name: str) -> str:
    """A name that somebody chose, within a text of ours: one line that is no link and no code."""
    return short(headline(name).replace("[", "(").replace("]", ")"), NAME_CHARACTERS)


def first_line(text: str) -> str:
    """The first line that says anything, as far as anybody would read it: what is made of it costs by its length."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:LONGEST_LINE]


def short(text: str, limit: int = SHORT_TEXT) -> str:
    """The first line of `text`, clipped at a word, for a headline."""
    line = first_line(text)
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
