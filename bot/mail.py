"""Replies by e-mail: where the person's own words end, and the signature or the quoted letter begins."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from bot.markdown import Page

_SIGNATURE = "-- "  # RFC 3676, section 4.3
_SHORTENED = re.compile(r"--\t?")  # many programs drop the blank; in Markdown it may underline a heading then
_QUOTED_LETTER = re.compile(
    r"-{2,}\s*(original message|forwarded message|reply above this line|ursprüngliche nachricht|message d'origine)\b.*"
    r"|sent from my \w.*"
    r"|(sent from|get) (outlook|proton|yahoo|gmail|mailbox|mail) .*"
    r"|reply to this email directly(,| or) .*"
    r"|you are receiving this because .*",
    re.IGNORECASE,
)
# "On Tue, Nov 21, 2026 at 4:50 AM Ada <ada@example.org> wrote:", in one line or broken into two or three.
_ON = re.compile(r"(on|am|le|el|il|op|em|den)\b.*\d.*", re.IGNORECASE)
_DATED = re.compile(r"\b(19|20)\d\d\b|\d[:.]\d\d\b|<\S+@\S+>")
_WROTE = re.compile(
    r".*\b(wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev)\b[^:]{0,80}:\s*", re.IGNORECASE
)
_FROM = re.compile(r"[*_]{0,2}(from|von|de|da|van):", re.IGNORECASE)
_HEADER = re.compile(
    r"[*_]{0,2}(sent|date|to|subject|cc|gesendet|datum|an|betreff|envoyé|objet|fecha|para|asunto):",
    re.IGNORECASE,
)
_SENT = re.compile(r"[*_]{0,2}(sent|date|gesendet|datum|envoyé|fecha):[*_]{0,2}\s*\S", re.IGNORECASE)
_MAILBOX = re.compile(r"[^\s@<]{1,64}@[\w-]{1,63}\.\w")
_LONGEST_LINE = 400
_LINES_OF_ON = 3


def tail(page: Page) -> int:
    """The number of the first source line of `page` that is no longer the writer's own; its length without one."""
    return min(_tails(page), default=len(page.source))


def _tails(page: Page) -> Iterator[int]:
    for number, line in enumerate(page.source):
        if number not in page.code and _is_signature(page, number, line):
            yield number
            break
    for index, first in enumerate(page.lines):
        near = [line.text[:_LONGEST_LINE] for line in page.lines[index : index + _LINES_OF_ON]]
        if _begins_letter(near):
            yield first.number
            break


def _is_signature(page: Page, number: int, line: str) -> bool:
    return line == _SIGNATURE or (number not in page.underlines and _SHORTENED.fullmatch(line) is not None)


def _is_head(headers: list[str]) -> bool:
    """The head of a letter says by whose address or when it was sent; "From: v1, To: v2" does not."""
    return len(headers) > 1 and any(_MAILBOX.search(line) or _SENT.match(line) for line in headers)


def _begins_letter(lines: list[str]) -> bool:
    if _QUOTED_LETTER.fullmatch(lines[0]):
        return True
    if _FROM.match(lines[0]):
        return _is_head([lines[0], *itertools.takewhile(_HEADER.match, lines[1:])])
    return bool(_ON.fullmatch(lines[0])) and _is_said(lines)


def _is_said(lines: list[str]) -> bool:
    so_far = ""
    for line in lines:
        so_far = f"{so_far} {line}"
        if _WROTE.fullmatch(so_far):
            return bool(_DATED.search(so_far))
    return False
