"""What a text holds and nobody sees where it is shown: HTML comments outside code, and characters without a face.

People judge an issue by what they see. What they cannot see is not handed on in their name, and they are told so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot import code
from bot.html import COMMENT_BEGINS
from bot.invisible import well_formed
from bot.phrases import counted
from bot.safety import count_hidden, visible

COMMENT_ENDS = "-->"
#: By which our own messages are found again: nothing to tell anybody of.
OWN_MARK = re.compile(r"<!-- bellhop:[A-Za-z0-9-]{1,40} -->")
#: A comment that ends within what looked like code changes what is code behind it: read again, but not for ever.
MOST_READINGS = 10
COMMENTS = "HTML comment"
CHARACTERS = "unseen character"


@dataclass(frozen=True)
class Hidden:
    """How much was taken out."""

    comments: int = 0
    characters: int = 0

    def __add__(self, other: Hidden) -> Hidden:
        return Hidden(self.comments + other.comments, self.characters + other.characters)

    def __str__(self) -> str:
        """`2 HTML comments and 1 unseen character`; "" for nothing."""
        both = ((self.comments, COMMENTS), (self.characters, CHARACTERS))
        return " and ".join(counted(number, noun) for number, noun in both if number)


def seen(text: str) -> tuple[str, Hidden]:
    """`text` as people see it, and what is missing then. A comment that never ends reaches to the end."""
    shown, comments = _without_comments(OWN_MARK.sub("", well_formed(visible(text))))
    return shown, Hidden(comments, count_hidden(text))


def _without_comments(text: str) -> tuple[str, int]:
    shown, count, readings = "", 0, 0
    while COMMENT_BEGINS in text:
        readings += 1
        if readings > MOST_READINGS:
            return shown, count + 1
        kept, text, found = _read(text)
        shown, count = shown + kept, count + found
    return shown + text, count


def _read(text: str) -> tuple[str, str, int]:
    """What is kept of the text up to where its code has to be looked for again, what comes then, how many were cut."""
    kept, count, done, end = "", 0, 0, 0
    for piece, is_code in code.split(text)[:-1]:
        begin, end = end, end + len(piece)
        while not is_code and (opens := text.find(COMMENT_BEGINS, max(begin, done), end)) >= 0:
            closes = text.find(COMMENT_ENDS, opens + len(COMMENT_BEGINS))
            kept, count = kept + text[done:opens], count + 1
            done = len(text) if closes < 0 else closes + len(COMMENT_ENDS)
            if done > end:
                return kept, text[done:], count
    return kept + text[done:], "", count
