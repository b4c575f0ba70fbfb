"""Who is addressed, and what is asked: text in, commands out.

    message = { line }             any line may hold one command; at most 5 a message, run in order
    line    = address SP rest      address = "/" NAME | "@" NAME, at the start of a line of the person's own words
    rest    = verb { SP arg } | freetext        freetext only after "@"

A line after "/" is a verb or a question back, never a model's business. A line after "@" that parses as a verb *whole*
is that verb; anything else is a request for the resolver, unless it is a mistyped verb. The lines behind a
request belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot import arguments, mail, markdown, words
from bot.invisible import visible
from bot.markdown import Line, Page
from bot.words import Word
from models.command import Address, Command, Names, Unknown, VerbSpec, Vocabulary
from models.message import IncomingMessage

MOST_COMMANDS = 5
HELP = "help"
FREE_TEXT_VERB = "fix"
LONGEST_ECHO = 60

# Task list marker and emphasis may stand before the address, emphasis and a comma or colon behind it. ASCII alone: case
# folding in Unicode would let "\u212a" pass for "k".
_LINE = r"(?:\[[ xX]\][ \t]+)?(?P<mark>[*_]{{0,3}})(?:(?P<mention>@(?:{mention})(?:\[bot\])?)|(?P<slash>/{slash}))"
_BEHIND = r"(?P<close>[*_]{0,3})(?:[,:;.!?\u2013\u2014-]*[*_]{0,3}(?:[ \t]+|$)|$)"

_MARKED = re.compile(r"([*_]{1,3})(.+)\1")


@dataclass(frozen=True)
class Parsed:
    """What a message asks for, in order. `is_truncated`: there were more commands than a message may hold."""

    commands: tuple[Command | Unknown, ...] = ()
    is_truncated: bool = False


@dataclass(frozen=True)
class _Call:
    """One line that addresses the bot: by which door, what it says, and the lines behind it."""

    address: Address
    line: str
    rest: str
    following: str
    index: int


def parse(message: IncomingMessage, names: Names, verbs: Vocabulary) -> Parsed:
    """The commands of `message` for a bot called `names` that knows `verbs`. Never raises; pure.

    Of a text longer than 65536 characters only the beginning is read.
    """
    parsed = _parse(message.text, names, verbs)
    if parsed.commands or not message.is_direct or not message.text.strip():
        return parsed
    return _to_the_bot_alone(message.text, verbs)


def _to_the_bot_alone(text: str, verbs: Vocabulary) -> Parsed:
    """Where nobody else listens no name is needed: the whole message is one line to the bot, and what belongs to it."""
    first, _, following = visible(text).strip().partition("\n")
    call = _Call(Address.MENTION, line=first, rest=first.strip(), following=following.strip(), index=0)
    return Parsed((_understand(call, verbs),))


def added(previous_text: str | None, text: str, names: Names, verbs: Vocabulary) -> bool:
    """An edit counts when it adds an address to a text that had none. An unknown previous text may have had one."""
    if previous_text is None or _parse(previous_text, names, verbs).commands:
        return False
    return bool(_parse(text, names, verbs).commands)


def _parse(text: str, names: Names, verbs: Vocabulary) -> Parsed:
    if not _mentions(names).search(text):
        return Parsed()  # nearly every message: not worth a tree
    calls = list(_calls(markdown.read(text), names))
    understood = tuple(_understand(call, verbs) for call in calls[:MOST_COMMANDS])
    return Parsed(understood, len(calls) > MOST_COMMANDS)


@lru_cache(maxsize=64)
def _mentions(names: Names) -> re.Pattern[str]:
    known = "|".join(map(re.escape, names.mention))
    return re.compile(f"@(?:{known})|/{re.escape(names.slash)}", re.IGNORECASE | re.ASCII)


@lru_cache(maxsize=64)
def _address(names: Names) -> re.Pattern[str]:
    longest_first = sorted(names.mention, key=len, reverse=True)
    known = _LINE.format(mention="|".join(map(re.escape, longest_first)), slash=re.escape(names.slash))
    return re.compile(known + _BEHIND, re.IGNORECASE | re.ASCII)


def _calls(page: Page, names: Names) -> Iterator[_Call]:
    if page.only_code is not None:
        page = Page(source=(page.only_code,), lines=(Line(0, page.only_code),), code=frozenset())
    end = mail.tail(page)
    found = [
        (line, match)
        for line in page.lines
        if line.number < end and (match := _address(names).match(line.text))
    ]
    ends = [line.number for line, _ in found[1:]] + [end] * bool(found)
    for index, ((line, match), until) in enumerate(zip(found, ends, strict=True)):
        following = "\n".join(page.source[line.number + 1 : until])
        yield _Call(
            address=Address.MENTION if match["mention"] else Address.SLASH,
            line=line.text,
            rest=_rest(line.text, match),
            following=visible(following).strip(),
            index=index,
        )


def _rest(line: str, match: re.Match[str]) -> str:
    rest = visible(line[match.end() :]).strip()
    if match["mark"] and not match["close"]:
        return rest.removesuffix(match["mark"]).rstrip()
    marked = _MARKED.fullmatch(rest)
    return marked[2] if marked and marked[1] not in marked[2] else rest


def _understand(call: _Call, verbs: Vocabulary) -> Command | Unknown:
    said = words.split(call.rest)
    meant = _without_courtesy(said)
    if not meant:
        return _command(call, HELP, arguments.Arguments())
    verb = verbs.find(meant[0].bare)
    # "`new` is slow" talks about a word of the code, it does not ask for something new.
    if verb is None or (verb.takes_text and "`" in meant[0].text):
        return _unknown_verb(call, meant, verbs)
    behind = [word for word in meant[1:] if not word.is_courtesy]
    if len(behind) == 1 and arguments.is_help(behind[0]):
        return _command(call, HELP, arguments.Arguments(args=[verb.name]))
    if verb.takes_text:
        return _with_text(call, verb, call.rest[meant[0].end :])
    found = arguments.strict(meant[1:], verb, verbs)
    if not found.left:
        return _command(call, verb.name, found)
    # Words with an option or a second id among them were meant as a command: nobody talks like that.
    is_slip = meant[1].is_option_like or found.left[0].is_option_like or found.left[0].is_id_like
    if call.address is Address.SLASH or is_slip:
        return _unknown(call, found.left, (verb.name,), " ".join(found.ids))
    return _free_text(call, verbs)


def _without_courtesy(said: Sequence[Word]) -> list[Word]:
    """From the first word that means something. Nothing but thanks and greetings asks for nothing."""
    if all(word.is_courtesy or word.bare in words.GREETINGS for word in said):
        return []
    first = next(index for index, word in enumerate(said) if not word.is_courtesy)
    return list(said[first:])


def _unknown_verb(call: _Call, meant: Sequence[Word], verbs: Vocabulary) -> Command | Unknown:
    """A near-verb with nothing or an id behind it is a slip, never a request. A lone id is a verb forgotten."""
    near = words.nearest(meant[0].bare, verbs.words)
    near = tuple(dict.fromkeys(verb.name for word in near if (verb := verbs.find(word))))
    rest = [word for word in meant[1:] if not word.is_courtesy]
    is_slip = bool(near) and all(word.is_id_like for word in rest)
    if meant[0].is_id_like and not rest:
        harmless = (verb.name for verb in verbs.verbs if verb.takes_ids and not verb.is_destructive)
        return _unknown(call, meant[:1], tuple(harmless)[: words.MOST_NEAR], meant[0].id or "")
    if call.address is Address.SLASH or is_slip:
        return _unknown(call, meant[:1], near, _repeatable(call, meant, near, verbs))
    return _free_text(call, verbs)


def _repeatable(call: _Call, meant: Sequence[Word], near: Sequence[str], verbs: Vocabulary) -> str:
    """What may stand behind the suggested verb: the text for one that takes text, else the ids."""
    verb = verbs.find(near[0]) if near else None
    if verb is not None and verb.takes_text:
        return _echo(call.rest[meant[0].end :])
    return " ".join(word.id for word in meant[1:] if word.id)


def _with_text(call: _Call, verb: VerbSpec, rest: str, *, is_free_text: bool = False) -> Command:
    found = arguments.free(rest, verb, is_command=call.address is Address.SLASH)
    found.text = f"{found.text}\n{call.following}".strip()
    return _command(call, verb.name, found, is_free_text=is_free_text)


def _free_text(call: _Call, verbs: Vocabulary) -> Command:
    verb = verbs.find(FREE_TEXT_VERB) or VerbSpec(name=FREE_TEXT_VERB, takes_text=True)
    return _with_text(call, verb, call.rest, is_free_text=True)


def _command(call: _Call, name: str, found: arguments.Arguments, *, is_free_text: bool = False) -> Command:
    return Command(
        name=name,
        address=call.address,
        index=call.index,
        text=found.text,
        args=tuple(found.args),
        ids=tuple(found.ids),
        options=found.options,
        line=call.line,
        is_free_text=is_free_text,
    )


def _unknown(call: _Call, left: Sequence[Word], near: tuple[str, ...], rest: str) -> Unknown:
    word = _echo(" ".join(word.text for word in left))
    return Unknown(word=word, line=call.line, address=call.address, index=call.index, nearest=near, rest=rest)


def _echo(text: str) -> str:
    """As much of what was typed as an answer repeats, in a form that stays within a code span."""
    return text.replace("`", "").strip()[:LONGEST_ECHO].strip()
