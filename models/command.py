"""A command: one line that addresses the bot, understood."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

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
