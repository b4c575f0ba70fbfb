"""Rich text as Markdown: structure decides what is code and what is quoted, whatever the plain text says."""

from typing import Any

import pytest

from bot import grammar
from bot.commands import VOCABULARY
from tests.adapters.platforms.slack.deliveries import event
from tests.adapters.platforms.slack.test_normalize import NAMES, read

BOT = {"type": "user", "user_id": "U0BELLHOP01"}


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


def part(kind: str, *elements: Any, **more: Any) -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(elements), **more}


def said(*parts: Any, plain: str = "unused") -> str:
    return read(event(text=plain, blocks=[{"type": "rich_text", "elements": list(parts)}])).text


def heard(*parts: Any) -> list[str]:
    message = read(event(text="", blocks=[{"type": "rich_text", "elements": list(parts)}]))
    return [each.line for each in grammar.parse(message, NAMES, VOCABULARY).commands]


def test_words_people_channels_and_links_are_read() -> None:
    section = part(
        "section",
        BOT,
        text(" ask "),
        {"type": "user", "user_id": "U1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "broadcast", "range": "here"},
        {"type": "emoji", "name": "tada"},
        {"type": "link", "url": "https://example.com", "text": "page"},
        {"type": "link", "url": "https://example.com"},
        {"type": "date", "timestamp": 1, "fallback": "today"},
        {"type": "something_new"},
    )
    assert (
        said(section)
        == "@bellhop ask @U1#C1@S1@here:tada:[page](https://example.com)https://example.comtoday"
    )


def test_code_is_code_and_quotes_are_quotes_though_the_plain_text_says_nothing_of_it() -> None:
    code = part("preformatted", text("@bellhop help\n\n```\nx"))
    quote = part("quote", text("one\n"), BOT, text(" help"))
    found = said(part("section", text("see\n")), code, quote, part("section", text("so it is")))
    assert found == "see\n````\n@bellhop help\n\n```\nx\n````\n\n> one\n> @bellhop help\n\nso it is"
    assert heard(code) == heard(quote) == []


def test_what_follows_code_or_a_quote_is_heard() -> None:
    for kind in ("preformatted", "quote"):
        assert heard(part(kind, text("said")), part("section", BOT, text(" help"))) == ["@bellhop help"]


@pytest.mark.parametrize("style", ["code", "strike"])
def test_styled_words_are_what_their_style_says(style: str) -> None:
    assert heard(part("section", text("/bellhop help and more of it", **{style: True}), text(" or so"))) == []


def test_styles_are_marked() -> None:
    section = part(
        "section",
        text("a ", bold=True),
        text("b", italic=True),
        text(" c", strike=True),
        text("d`e", code=True),
    )
    assert said(section) == "**a** _b_ ~~c~~`` d`e ``"


def test_lists_are_lists() -> None:
    item = part("section", text("one"))
    assert said(part("list", item, item, style="bullet"), part("list", item, style="ordered", indent=1)) == (
        "- one\n- one\n\n   1. one"
    )


def test_a_typed_name_is_no_mention_and_a_mention_needs_no_blank() -> None:
    assert heard(part("section", text("@bellhop help"))) == []
    assert heard(part("section", BOT, text("help"))) == ["@bellhop help"]
    assert heard(part("section", text("@bellhop help", code=True))) == []


@pytest.mark.parametrize(
    "block",
    [
        5, None, "text", {}, {"type": "rich_text"}, {"type": "rich_text", "elements": 5},
        {"type": "rich_text", "elements": [5, {}, {"type": "rich_text_section", "elements": [5, {"type": []}]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "indent": "x", "elements": [5, {}]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": 5}]}]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "@bellhop help"}},
    ],
)  # fmt: skip
def test_blocks_of_another_form_leave_the_plain_text(block: Any) -> None:
    assert read(event(text="plain", blocks=[block])).text == "plain"
