"""What people type, as Slack's client sends it."""

from typing import Any

import pytest

from playground.slack.entities import Typing


@pytest.fixture
def typing(slack: Any) -> Typing:
    return Typing(slack.world.store)


def test_only_three_characters_are_escaped(typing: Typing) -> None:
    assert typing.text('a < b && c > "d"') == 'a &lt; b &amp;&amp; c &gt; "d"'


def test_names_become_entities(typing: Typing, told: Any) -> None:
    writer, team = told["people"]["writer"], told["channels"]["team"]
    typed = f"@{writer['name']} see #{team['name']}, @here and @nobodyatall, me@bellhop.io"
    assert typing.text(typed) == (
        f"<@{writer['id']}> see <#{team['id']}|{team['name']}>, <!here> and @nobodyatall, "
        "<mailto:me@bellhop.io|me@bellhop.io>"
    )


def test_a_name_in_any_case(typing: Typing, told: Any) -> None:
    assert typing.text("@Bellhop, hi") == f"<@{told['bot_user']['id']}>, hi"


def test_a_longer_name_is_nobody(typing: Typing) -> None:
    assert typing.text("@bellhopper @bellhop-staging x@bellhop") == "@bellhopper @bellhop-staging x@bellhop"


def test_links(typing: Typing) -> None:
    assert (
        typing.text("https://a.io/x?a=1&b=2 [docs](https://b.io)")
        == "<https://a.io/x?a=1&amp;b=2> <https://b.io|docs>"
    )


def test_code_mentions_nobody(typing: Typing) -> None:
    typed = "`@bellhop fix`\n```\n@bellhop <cancel>\n```"
    assert typing.text(typed) == "`@bellhop fix`\n```@bellhop &lt;cancel&gt;```"
    section, code = typing.block(typed)["elements"]
    assert section["elements"][0] == {"type": "text", "text": "@bellhop fix", "style": {"code": True}}
    assert (code["type"], code["elements"][0]["text"]) == ("rich_text_preformatted", "@bellhop <cancel>")


def test_quotes_and_lists_are_their_own_elements(typing: Typing, told: Any) -> None:
    typed = "> @bellhop help\nno\n- one\n- *two*"
    assert typing.text(typed) == f"&gt; <@{told['bot_user']['id']}> help\nno\n• one\n• *two*"
    quote, plain, listed = typing.block(typed)["elements"]
    assert [quote["type"], plain["type"], listed["type"]] == [
        "rich_text_quote",
        "rich_text_section",
        "rich_text_list",
    ]
    assert quote["elements"][0] == {"type": "user", "user_id": told["bot_user"]["id"]}
    assert listed["elements"][1]["elements"] == [{"type": "text", "text": "two", "style": {"bold": True}}]


def test_code_and_lists_in_a_quote_stand_beside_it_with_its_border(typing: Typing, told: Any) -> None:
    typed = "> see\n> ```\n> @bellhop help\n> ```\n> - one\n- two"
    assert typing.text(typed) == "&gt; see\n&gt; ```@bellhop help```\n&gt; • one\n• two"
    quote, code, listed, own = typing.block(typed)["elements"]
    assert (quote["type"], quote["elements"]) == ("rich_text_quote", [{"type": "text", "text": "see"}])
    assert (code["type"], code["elements"][0]["text"], code["border"]) == (
        "rich_text_preformatted",
        "@bellhop help",
        1,
    )
    assert [(each["type"], each["border"]) for each in (listed, own)] == [
        ("rich_text_list", 1),
        ("rich_text_list", 0),
    ]


def test_in_open_code_nothing_is_quoted(typing: Typing) -> None:
    (code,) = typing.block("```\n> x\n```")["elements"]
    assert (code["type"], code["elements"][0]["text"], code["border"]) == ("rich_text_preformatted", "> x", 0)


def test_lines_of_a_paragraph_stay_together(typing: Typing) -> None:
    (section,) = typing.block("a\nb")["elements"]
    assert "".join(one["text"] for one in section["elements"]) == "a\nb"
