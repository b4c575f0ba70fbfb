"""Replies by e-mail: the signature and the quoted letter are not the writer's own words."""

import pytest

from bot.grammar import Parsed
from tests.bot.test_grammar import one, parse

LETTERS = [
    "Fine.\n\nOn Tue, Nov 21, 2026 at 4:50 AM Ada <ada@example.org> wrote:\n@bellhop status",
    "Fine.\n\nOn Tue, Nov 21, 2026 at 4:50 AM Ada Lovelace\n<ada@example.org> wrote:\n\n@bellhop status",
    "Fine.\n\nAm 21.11.2026 um 04:50 schrieb Ada <ada@example.org>:\n\n@bellhop status",
    "Fine.\n\n-----Original Message-----\nFrom: Ada\n\n@bellhop status",
    "Fine.\n\nFrom: Ada <ada@example.org>\nSent: Tuesday\nTo: Bob\n\n@bellhop status",
    "Fine.\n\n________________________________\nFrom: Ada\nDate: Tuesday\n\n@bellhop status",
    "Fine.\n\n**From:** Ada\n**Sent:** Tuesday\n\n@bellhop status",
    "Fine.\n\nSent from my iPhone\n\n@bellhop status",
    "Fine.\n\nFrom: Ada Lovelace <ada@example.org>\nTo: Bob\n\n@bellhop status",
    "Fine.\n\nVon: Ada\nGesendet: Dienstag\nAn: Bob\n\n@bellhop status",
    "Fine.\n\nFrom: Ada\nTo: bob@example.org\nSubject: x\n\n@bellhop status",
    "--\nAda\n@bellhop status",
    "> Fine.\n\n--\nAda\n@bellhop status",
    "Fine.\n-- \nAda\n@bellhop status",
    "Fine.\n\n--\nAda\n\n@bellhop status",
]


@pytest.mark.parametrize("text", LETTERS)
def test_a_quoted_letter_addresses_nobody(text: str) -> None:
    assert parse(text) == Parsed()


@pytest.mark.parametrize(
    "text",
    [
        "On Monday the build broke, as Ada wrote:\n\n@bellhop status",
        "From: the start it was slow\n\n@bellhop status",
        "From: v1\nTo: v2\n\n@bellhop status",
        "From: 2024-01-01\nTo: 2025-01-01\n\n@bellhop status",
        "**From:** main\n**To:** release\n@bellhop status",
        "From: here\nSubject: to change\n\nme@example.org\n@bellhop status",
        "Title\n--\n\n@bellhop status",
        "A title\nof two lines\n--\n@bellhop status",
        "- Title\n  --\n\n@bellhop status",
        "```\nOn Tue, Nov 21, 2026 at 4:50 AM Ada <ada@example.org> wrote:\n-- \n```\n\n@bellhop status",
    ],
)
def test_what_only_looks_like_a_quoted_letter_ends_nothing(text: str) -> None:
    assert one(text).name == "status"


def test_a_letters_tail_ends_the_request() -> None:
    text = "@bellhop fix the login\n\nOn Tue, Nov 21, 2026 at 4:50 AM Ada <ada@example.org> wrote:\n> old\n"
    assert one(text).text == "the login"
    assert one("@bellhop fix the login\n-- \nAda").text == "the login"
