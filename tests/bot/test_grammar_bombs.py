"""Whatever is written, reading it ends, and quietly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import grammar, markdown
from bot.grammar import Parsed
from models.command import Command
from tests.bot.test_grammar import NAMES, VERBS, one, parse

KIB = 1024
BOMBS = {
    "quotes": ">" * 10_000,
    "brackets": "[" * 10_000,
    "images": "![" * 10_000,
    "emphasis": "*" * 10_000,
    "openers": "*a " * 20_000,
    "code marks": "".join("`" * (n % 300) + " " for n in range(400)),
    "lists": "- " * 10_000,
    "nested lists": "".join(" " * n + "- a\n" for n in range(300)),
    "comments": "a " + "<!--" * 16_000,
    "cells": "|".join("a" * 900) + "\n" + "|".join("-" * 900) + "\n" + "a\n" * 30_000,
    "definitions": "[a]: b\n" * 9_000,
    "tags": "<a " * 20_000,
    "tags in a block": "<div>\n" + "<a b " * 13_000,
    "quotes in tags": "<div>\n" + "<a '\"'\"" * 8_000,
    "ends of tags": "<div>\na " + "<a>" * 20_000 + "b",
    "instructions": "<div>\n" + "<?" * 15_000 + "<!" * 15_000,
    "scripts": "<div>\n" + "<script>" * 8_000,
    "lines of a block": "<div>\n" + "a\n" * 30_000,
    "tags behind a line": "<div>\n" + "a<b></b>\n" * 7_000,
    "a mebibyte": "lorem ipsum\n" * 90_000,
    "zero width": "\u200b" * 3_000_000,
    "NUL": "\0" * 100_000,
    "surrogates": "\ud800" * 100_000,
    "escapes": "\\" * 65_000,
    "options": "[a=" * 20_000,
    "apostrophes": "'\"" * 30_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_behind_an_address_is_read(bomb: str) -> None:
    assert len(parse(f"@bellhop status\n\n{bomb}").commands) == 1
    assert len(parse(f"@bellhop {bomb}").commands) <= 1


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_before_an_address_is_survived(bomb: str) -> None:
    assert len(parse(f"{bomb}\n\n@bellhop status").commands) <= 1


def test_only_the_first_64_kib_are_read() -> None:
    filler = "a" * (markdown.MOST_CHARACTERS - 20)
    assert one(f"{filler}\n\n@bellhop ping").name == "ping"
    assert parse(f"{filler}{filler}\n\n@bellhop ping") == Parsed()


def test_what_cannot_be_stored_is_replaced() -> None:
    command = one("@bellhop fix \0 the \ud800 login\n\0\udfff")
    assert command.text == "\ufffd the \ufffd login\n\ufffd\ufffd"
    assert command.model_dump_json()


LETTERS = "@/bellhop fixcan-J7`*_~<>![]()|#\\&;:=\"'\n\r\t \u200b\u2028\ud800\0"
HOSTILE = st.text(alphabet=st.one_of(st.sampled_from(LETTERS), st.characters()), max_size=400)
BEGINNINGS = [
    "@bellhop",
    "/bellhop",
    "> ",
    "- ",
    "```",
    "<!--",
    "-->",
    "    ",
    "| a |",
    "| - |",
    "--",
    "From: a",
    "To: b",
]
LINES = st.lists(st.one_of(HOSTILE, st.sampled_from(BEGINNINGS)), max_size=12).map("\n".join)


@given(LINES)
@settings(max_examples=300, deadline=None)
def test_no_text_raises(text: str) -> None:
    parsed = parse(text)
    assert len(parsed.commands) <= grammar.MOST_COMMANDS
    assert [command.index for command in parsed.commands] == list(range(len(parsed.commands)))
    assert grammar.added(None, text, NAMES, VERBS) is False
    assert grammar.added("", text, NAMES, VERBS) is bool(parsed.commands)


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_no_line_behind_the_slash_is_free_text(rest: str) -> None:
    for command in parse(f"/bellhop {rest}").commands:
        assert not (isinstance(command, Command) and command.is_free_text and command.address == "slash")


@given(st.text(alphabet="a `*_~<>![]()\n\t-#|1.", max_size=200))
@settings(max_examples=300, deadline=None)
def test_each_line_found_is_a_line_of_the_source(text: str) -> None:
    page = markdown.read(text)
    for line in page.lines:
        assert line.text.strip() in page.source[line.number]


@given(st.text(alphabet="a `*_<\n\t-#", max_size=200))
@settings(max_examples=300, deadline=None)
def test_a_quote_never_addresses(text: str) -> None:
    quoted = "".join(f"> {line}\n" for line in f"{text}\n@bellhop cancel\n".split("\n"))
    assert parse(quoted) == Parsed()
