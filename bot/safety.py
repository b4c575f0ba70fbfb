"""Harmless texts: whatever an agent or a stranger wrote, what leaves under our name notifies nobody, closes nothing,
commands nobody, loads nothing, hides nothing and tells no secret.

Words that act are broken by a zero-width space, so that they look as they did; HTML becomes visible text. Code stays as
it is: no forge acts on it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import lru_cache

from bot import code, markdown
from bot.clipping import clip as clip
from bot.clipping import fence as fence
from bot.invisible import count as count_hidden
from bot.invisible import evenly_spaced, visible, well_formed
from bot.masking import mask as mask
from bot.masking import mask_mapping as mask_mapping

__all__ = [
    "clip",
    "count_hidden",
    "fence",
    "harmless",
    "headline",
    "mask",
    "mask_mapping",
    "plain",
    "visible",
]

BREAK = "\u200b"  # zero-width space: github.blog and the vendors' parsers end a mention, a keyword and a command at it
MOST_CHARACTERS = 128 * 1024
MOST_PASSES = 6

# Written as an entity, what acts would only show behind our back: these are read first. Not `<`: that is what saves us.
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|commat|sol|num|colon|excl|period|lowbar|Tab|NewLine|ZeroWidthSpace);"
)
_ACTING = re.compile(r"[A-Za-z0-9@/#!:._\-]")
# A mention begins behind anything but a letter or digit. In the path of a link it is a path.
_MENTION = re.compile(r"(?<![A-Za-z0-9])@(?=\w)")
_PATH = re.compile(r"https?://[\w.:/%~+-]*/\Z")
_LONGEST_PATH = 300
# "Linking a pull request to an issue" (docs.github.com), "Closing issues automatically" (docs.gitlab.com), magic words
# of linear.app/docs/github. Broken is the word, so that the reference stays a link.
_VERBS = (
    r"clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?|complet(?:e[sd]?|ing)"
)
_REFERENCE = (
    r"(?:[\w.-]{1,100}/[\w./-]{1,200})?[#!]\d|[a-z][a-z0-9_]{1,20}-\d"
    r"|https?://[^\s/]{1,200}/[^\s]{1,400}/(?:issues?|pull|pulls|merge_requests|work_items|browse)/"
    r"|https?://[^\s/]{1,200}/(?:browse|issues?)/"
)
_BETWEEN = r"(?:\s|[:*_\[(<`\"'~,]){1,12}(?:issues?\s{1,8}[*_\[(<]{0,4})?"
_CLOSING = re.compile(rf"(?<![A-Za-z0-9])(?:{_VERBS})(?={_BETWEEN}(?:{_REFERENCE}))", re.IGNORECASE)
# "Process issues with smart commits" (support.atlassian.com): KEY-1 #close
_SMART_COMMIT = re.compile(r"(?<=[A-Z0-9]-)(\d{1,9}[^\n#]{0,80}#)(?=[a-z])")
# A line's first word as a command, behind whatever list, quote, task and emphasis marks.
_MARKS = r"(?m:^)(?P<marks>[^A-Za-z0-9\n/]*(?:\d{1,9}[.)][^A-Za-z0-9\n/]*)*(?:\[?[xX]\][^A-Za-z0-9\n/]*)?)"
_SLASH = re.compile(_MARKS + r"/(?=[A-Za-z0-9][\w.-]*(?![\w.-]|/))")
_WORDS = r"bors|atlantis|homu|recheck|retest|rebuild|ok to test|test this"
_BARE = re.compile(_MARKS + rf"(?P<word>{_WORDS})(?![\w-])", re.IGNORECASE)
_AUTOLINK = re.compile(r"<(https?://[\w./:?=&%#~+,;@-]+)>")
_TAG = re.compile(r"<(?=[A-Za-z/!?@#])")
_IMAGE = re.compile(r"!+(?=\[)")
_NAMELESS = re.compile(r"(?<!\])\[\](?=[(\[])")
_SCHEME = re.compile(r"\b(javascript|vbscript|data)(?=\s{0,8}\\?:\S)", re.IGNORECASE)
_MARKER = re.compile(r"\bbellhop(?=:\s{0,8}(?:[JWA]-|d\d))", re.IGNORECASE)
NAMELESS_LINK = "[link]"


def harmless(text: str, known_values: Iterable[str] = (), limit: int | None = None) -> str:
    """`text` as Markdown that may leave under our name; at most `limit` characters long. Pure and idempotent.

    Clip before, or here by `limit`, never after: a cut opens what was closed. For a quoted line use `headline`, for
    commit messages and titles `plain`: there code marks protect nothing.
    """
    known = tuple(known_values)
    room = min(limit or MOST_CHARACTERS, MOST_CHARACTERS)
    safe = _settled(clip(text, room), known)
    while limit is not None and len(safe) > limit and room > 0:
        room = max(room - (len(safe) - limit) - 1, 0)
        safe = _settled(clip(text, room), known)
    return safe


def headline(text: str, known_values: Iterable[str] = ()) -> str:
    """`text` as one line of Markdown without code marks, to be quoted within a text of ours."""
    line = " ".join(evenly_spaced(visible(well_formed(text[:MOST_CHARACTERS]))).split())
    return _words(mask(line.replace("`", "'"), known_values))


def plain(text: str, known_values: Iterable[str] = ()) -> str:
    """`text` for where Markdown is not read, but mentions and keywords are: commit messages, titles."""
    said = mask(visible(well_formed(text[:MOST_CHARACTERS])), known_values)
    return _marker_broken(_acts_broken(said))


@lru_cache(maxsize=64)
def _settled(text: str, known: tuple[str, ...]) -> str:
    """The passes change what the next one reads (an entity becomes a letter). What does not settle is shown as code."""
    for _ in range(MOST_PASSES):
        once = _pass(text, known)
        if once == text:
            return text
        text = once
    return fence(_marker_broken(text.replace("`", "'")))


def _pass(text: str, known: tuple[str, ...]) -> str:
    pieces = code.split(mask(visible(well_formed(text)), known))
    if not any(piece.strip() for piece, is_code in pieces if not is_code) and markdown.read(text).only_code:
        # One line of code and nothing else is read as if it were words.
        pieces = [(_mention_broken(_slash_broken(piece)), True) for piece, _ in pieces]
    return _marker_broken("".join(piece if is_code else _words(piece) for piece, is_code in pieces))


def _words(text: str) -> str:
    text = _ENTITY.sub(_read_entity, text)
    text = _IMAGE.sub("", text)
    text = _NAMELESS.sub(NAMELESS_LINK, text)
    text = _TAG.sub("&lt;", _AUTOLINK.sub(r"\1", text))
    text = _SCHEME.sub(rf"\1{BREAK}", text)
    return _acts_broken(text)


def _read_entity(found: re.Match[str]) -> str:
    character = html.unescape(found[0])
    if character in "\t\n\u200b":
        return ""
    return character if _ACTING.fullmatch(character) else found[0]


def _acts_broken(text: str) -> str:
    text = _mention_broken(_slash_broken(text))
    text = _BARE.sub(lambda found: found["marks"] + _broken(found["word"]), text)
    text = _CLOSING.sub(lambda found: _broken(found[0]), text)
    return _SMART_COMMIT.sub(rf"\1{BREAK}", text)


def _slash_broken(text: str) -> str:
    return _SLASH.sub(rf"\g<marks>/{BREAK}", text)


def _mention_broken(text: str) -> str:
    def broken(found: re.Match[str]) -> str:
        before = text[max(found.start() - _LONGEST_PATH, 0) : found.start()]
        return "@" if before.endswith("/") and _PATH.search(before) else f"@{BREAK}"

    return _MENTION.sub(broken, text)


def _marker_broken(text: str) -> str:
    return _MARKER.sub(rf"\g<0>{BREAK}", text)


def _broken(word: str) -> str:
    return word[0] + BREAK + word[1:]
