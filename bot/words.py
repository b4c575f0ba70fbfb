"""Words of a command line as people type them: forgiving about quotes, dashes and case, never about meaning."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from models.job import HANDLE_ALPHABET

COURTESY = frozenset(["please", "pls", "plz", "thanks", "thank", "you", "thx", "ty", "cheers", "now"])
GREETINGS = frozenset(["hi", "hello", "hey", "yo"])
NEAR = 0.65  # of 1; "wyh" is as near to "why" as 0.67
MOST_NEAR = 3
LONGEST_VERB = 24

_QUOTES = str.maketrans("“”„‟«»‘’‚‛", '""""""\'\'\'\'')
_WORD = re.compile(r"""\[[^\[\]]*\](?:\([^\s()]*\))?|(?:"[^"]*"|'[^']*'|[^\s"'])+|["']""")
_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc]")
_ID = re.compile(r"([jwa])-([0-9a-z]{3,10})", re.IGNORECASE | re.ASCII)
_ID_SHAPE = re.compile(r"[jwa]-\w{1,12}", re.IGNORECASE)
_AS_MEANT = str.maketrans("OIL", "011")  # the letters the alphabet leaves out because they are misread
_LINK = re.compile(r"<?(https?://[^\s<>]+)>?|\[[^\]]*\]\((https?://[^\s()]+)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """One word, quotes and brackets kept together, with its place in the line."""

    text: str
    begin: int
    end: int

    @property
    def bare(self) -> str:
        """Without code marks, emphasis and closing punctuation, in lower case."""
        return self.text.strip("`*_").rstrip(".,;:!?…").strip("`*_").lower()

    @property
    def is_courtesy(self) -> bool:
        """It asks nicely and means nothing else. Punctuation and emoji alone mean as little."""
        return self.bare in COURTESY or not any(letter.isalnum() for letter in self.text)

    @property
    def id(self) -> str | None:
        """The job id it is, as it was given out: `j-7k3q` is `J-7K3Q`, a typed O is 0, I and L are 1."""
        found = _ID.fullmatch(_DASHES.sub("-", self.bare))
        if found is None:
            return None
        typed = found[2].upper().translate(_AS_MEANT)
        return f"{found[1].upper()}-{typed}" if set(typed) <= set(HANDLE_ALPHABET) else None

    @property
    def is_id_like(self) -> bool:
        """Nothing but an id was meant, be it well-formed or not."""
        return _ID_SHAPE.fullmatch(_DASHES.sub("-", self.bare)) is not None

    @property
    def is_option_like(self) -> bool:
        """It begins as `--option`, however the editor made its dashes."""
        return re.match("(--|—|–)[a-z]", self.bare) is not None

    @property
    def link(self) -> str | None:
        """The address it is, be it bare, in angle brackets or a Markdown link."""
        found = _LINK.fullmatch(self.text.strip("`").rstrip(".,;!?"))
        return (found[1] or found[2]) if found else None


def split(line: str) -> list[Word]:
    """The words of `line`. Smart quotes quote, an apostrophe does not."""
    plain = line.translate(_QUOTES)
    return [Word(found[0], found.start(), found.end()) for found in _WORD.finditer(plain)]


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The words of `known` that `word` may have been meant as, nearest first."""
    if len(word) > LONGEST_VERB:
        return ()
    return tuple(difflib.get_close_matches(word.lower(), list(known), n=MOST_NEAR, cutoff=NEAR))
