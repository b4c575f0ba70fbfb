"""Slack's text as the Markdown that people meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.platforms.slack.entities import Reader
from bot import grammar
from bot.commands import VOCABULARY
from models.command import Names
from tests.adapters.platforms.slack.deliveries import event
from tests.adapters.platforms.slack.test_normalize import read

BOT = "<@U0BELLHOP01>"
NAMES = Names(mention=frozenset({"bellhop"}), slash="bellhop")


def reader(*, is_direct: bool = False) -> Reader:
    return Reader("bellhop", frozenset({"U0BELLHOP01"}), is_direct=is_direct)


def heard(text: str) -> list[str]:
    message = read(event(text=text, blocks=None))
    return [each.line for each in grammar.parse(message, NAMES, VOCABULARY).commands]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (f"{BOT} fix it", "@bellhop fix it"),
        (f"{BOT}fix it", "@bellhop fix it"),
        (f"{BOT}, fix it", "@bellhop, fix it"),
        (f"     {BOT} fix it", "@bellhop fix it"),
        ("a &lt; b &amp;&amp; c &gt; d &amp;lt;", "a < b && c > d &lt;"),
        ("<@U1> and <@U2|eve>", "@U1 and @eve"),
        ("<#C1> and <#C2|general>", "#C1 and #general"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1> <!subteam^S1|@ops>", "@S1 @ops"),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        ("<https://example.com>", "https://example.com"),
        ("<https://example.com|example.com>", "https://example.com"),
        ("<https://example.com/a?b=1&amp;c=2|a page>", "[a page](https://example.com/a?b=1&c=2)"),
        ("<https://example.com/a(b)|x[y]>", "[x(y)](https://example.com/a%28b%29)"),
        ("<mailto:ada@example.com|ada@example.com>", "ada@example.com"),
        ("`a &lt; b`", "`a < b`"),
        ("`<https://example.com|example.com>`", "`example.com`"),
        ("see ```a\n\nb``` there", "see \n```\na\n\nb\n```\n there"),
        ("&gt; said\nanswer", "> said\n\nanswer"),
        ("&gt;&gt;&gt; all\nof it", "> all\n> of it"),
        ("a <b c> d", "a b c d"),
        ("a < b", "a < b"),
    ],
)
def test_entities_become_readable(text: str, read_as: str) -> None:
    assert reader().read(text) == read_as


@pytest.mark.parametrize(
    "text",
    [
        f"{BOT} help",
        f"  {BOT} help",
        f"hello\n{BOT} help",
        f"&gt; somebody said\n{BOT} help",
        f"```code```\n{BOT} help",
        f"*{BOT}* help",
        f"{BOT}: help",
        f"• one\n{BOT} help",
    ],
)
def test_a_mention_of_ours_is_heard(text: str) -> None:
    assert len(heard(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "@bellhop help",
        "@Bellhop help",
        "hello\n@bellhop help",
        "`@bellhop help`",
        "```@bellhop help```",
        "```\n@bellhop help\n```",
        f"`{BOT} help`",
        f"&gt; {BOT} help",
        f"&gt;&gt;&gt; he said\n{BOT} help",
        f"```a\n\n{BOT} help\n\nb```",
        f"~{BOT} help~",
        "<@U0EVIL00001|bellhop> help",
        "<!subteam^S1|@bellhop> help",
        "<https://example.com|@bellhop> help",
        "&lt;@U0BELLHOP01&gt; help",
        "&amp;lt;@U0BELLHOP01&amp;gt; help",
        "<#C1|@bellhop> help",
        "@\u200bbellhop help",
        "ada@bellhop.io help",
    ],
)
def test_nothing_else_is_heard(text: str) -> None:
    assert heard(text) == []


def test_in_a_direct_message_a_typed_name_is_for_the_bot() -> None:
    message = read(event(text="@bellhop help", blocks=None, channel="D1", channel_type="im"))
    assert [each.line for each in grammar.parse(message, NAMES, VOCABULARY).commands] == ["@bellhop help"]


def test_a_typed_name_reads_as_it_was_typed() -> None:
    """An escape that Markdown shows as nothing; in code nothing is shown at all."""
    assert reader().read("ask @bellhop or @bellhopper") == r"ask \@bellhop or @bellhopper"


def test_people_are_called_by_their_names_where_they_are_known() -> None:
    known = Reader("bellhop", people={"U1": "Ada"})
    assert known.read("<@U1> <@U2>") == "@Ada @U2"


@given(st.text(alphabet="<>@!#|&;`\nU0BELHOP1 abltgmp", max_size=200))
def test_no_text_breaks_the_reader_or_addresses_us_without_a_mention(text: str) -> None:
    said = reader().read(text.replace("<@U0BELLHOP01", ""))
    assert "@bellhop" not in said.replace(r"\@bellhop", "").lower()
