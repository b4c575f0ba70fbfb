"""A command: one line that addresses the bot, understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pydantic import Field

from models.base import Noun


class Address(StrEnum):
    """By which door a line addresses the bot."""

    SLASH = "slash"  # /bellhop: always a verb, never a model
    MENTION = "mention"  # @bellhop: a verb, else free text


class Command(Noun):
    """A verb with its arguments, or free text for the resolver.

    `text` is everything after the verb (after the address for free text) with its case and punctuation as written;
    `args` are its words without ids and options; `index` counts commands within the message, from 0.
    """

    name: str
    address: Address
    index: int = 0
    text: str = ""
    args: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()  # upper case, as typed: "J-7K3Q"
    options: Mapping[str, str] = Field(default_factory=dict)  # --flag is "true"
    line: str = ""  # the line as typed
    is_free_text: bool = False


class Unknown(Noun):
    """A line that addresses the bot with a verb it does not have; `nearest` are verbs it may have meant."""

    word: str
    line: str
    address: Address
    index: int = 0
    nearest: tuple[str, ...] = ()
    rest: str = ""


@dataclass(frozen=True)
class Names:
    """How the bot is called on a platform, in lower case: `@` and one of `mention`, or `/` and `slash`."""

    mention: frozenset[str]
    slash: str


@dataclass(frozen=True)
class VerbSpec:
    """What a verb takes. What it does not take makes the line another line: free text, or a question back.

    `options` take a value (`pr=ready`, `--pr ready`), `flags` need none (`--mine`); `takes_topic` is the name of a
    verb or a word of `topics`.
    """

    name: str
    aliases: tuple[str, ...] = ()
    takes_text: bool = False
    takes_ids: bool = False
    takes_link: bool = False
    takes_topic: bool = False
    takes_words: int = 0  # so many words of any kind, as typed
    topics: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    is_destructive: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """Every verb there is. `help` answers a bare address, `fix` takes free text."""

    verbs: tuple[VerbSpec, ...]

    def find(self, word: str) -> VerbSpec | None:
        """The verb called or also called `word`, in any case."""
        return self._by_word.get(word.lower())

    @property
    def words(self) -> tuple[str, ...]:
        """Every name and alias."""
        return tuple(self._by_word)

    @cached_property
    def _by_word(self) -> Mapping[str, VerbSpec]:
        return {word: verb for verb in self.verbs for word in (verb.name, *verb.aliases)}
