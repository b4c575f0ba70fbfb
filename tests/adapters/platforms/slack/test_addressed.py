"""Who is addressed, in Slack's own markup: each saying as plain text and as rich text, as a message and as its twin.

The rule is the product's: an address stands at the start of a line of a person's own words; code, quotes, links and
struck-out words hold none, and an entity is decided by its id.
"""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import grammar
from bot.commands import VOCABULARY
from tests.adapters.platforms.slack.deliveries import event
from tests.adapters.platforms.slack.test_normalize import NAMES, read

BOT = "<@U0BELLHOP01>"
HELP = ["@bellhop help"]
URL = "https://example.com"
Elements = list[dict[str, Any]]


def user(**style: bool) -> dict[str, Any]:
    return {"type": "user", "user_id": "U0BELLHOP01"} | ({"style": style} if style else {})


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


def part(kind: str, *elements: Any, **more: Any) -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(elements), **more}


def section(*elements: Any) -> dict[str, Any]:
    return part("section", *elements)


def link(words: str = "", url: str = URL) -> dict[str, Any]:
    return {"type": "link", "url": url, "text": words}


def entity(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **fields}


class Row(NamedTuple):
    """A saying in both forms; None: Slack has no such form. `heard` are the lines that address the bot."""

    name: str
    wire: str | None
    rich: Elements | None
    heard: list[str] = []  # noqa: RUF012


ASK = [user(), text(" help")]
QUOTED = part("quote", *ASK)
CODE = part("preformatted", text("@bellhop help"))
BULLETS = part("list", section(*ASK), style="bullet", indent=0)

UNHEARD = [
    Row("a quote", f"&gt; {BOT} help", [QUOTED]),
    Row("a quote without a blank", f"&gt;{BOT} help", None),
    Row("a quote within a quote", f"&gt;&gt; {BOT} help", None),
    Row("the second line of a quote", f"&gt; see\n&gt; {BOT} help", [part("quote", text("see\n"), *ASK)]),
    Row("a quote of all that follows", f"&gt;&gt;&gt; see\n\n{BOT} help", [part("quote", text("see\n\n"), *ASK)]),
    Row("a quote that begins empty", f"&gt;&gt;&gt;\n{BOT} help", [part("quote", text("\n"), *ASK)]),
    Row("code in a quote", f"&gt; ```{BOT} help```", [part("preformatted", text("@bellhop help"), border=1)]),
    Row("code over lines of a quote", f"&gt; ```\n&gt; {BOT} help\n&gt; ```", [part("quote", CODE)]),
    Row("behind code in a quote", f"&gt; ```x``` {BOT} help", [part("quote", part("preformatted", text("x")), *ASK)]),
    Row("behind code over lines of a quote", f"&gt; ```x\n&gt; y``` {BOT} help", None),
    Row("behind code in a quote of all", f"&gt;&gt;&gt; ```x```\n{BOT} help", None),
    Row("behind lines of code in a quote of all", f"&gt;&gt;&gt; ```x\ny```\n\n{BOT} help", None),
    Row("on the line of code in a quote of all", f"&gt;&gt;&gt; ```x``` {BOT} help", None),
    Row("a list in a quote", f"&gt; • {BOT} help", [{**BULLETS, "border": 1}]),
    Row("a list within a quote", None, [part("quote", BULLETS)]),
    Row("a section within a quote", None, [part("quote", section(*ASK))]),
    Row("a quote within a quote's quote", None, [part("quote", part("quote", *ASK))]),
    Row("a quote ended by an odd line end", None, [part("quote", text("see\r\r"), *ASK)]),
    Row("code", f"```{BOT} help```", [CODE]),
    Row("code over lines", f"```\n{BOT} help\n```", [part("preformatted", text("x\n\n@bellhop help"))]),
    Row("a command in code", "```/bellhop help```", [part("preformatted", text("/bellhop help"))]),
    Row("an open fence", f"```\n{BOT} help", None),
    Row("a code span", f"`{BOT} help`", [section(user(code=True), text(" help", code=True))]),
    Row("a code span and words", "`/bellhop help` or so", [section(text("/bellhop help", code=True), text(" or so"))]),
    Row("code spans over lines", "`x`\n`/bellhop help`", [section(text("x\n/bellhop help", code=True))]),
    Row("code spans around an empty line", None, [section(text("x\n\n/bellhop help", code=True))]),
    Row("a code span of a code span", None, [section(text("x `` y\n/bellhop help", code=True))]),
    Row("struck out", f"~{BOT} help~", [section(user(strike=True), text(" help", strike=True))]),
    Row("a struck-out mention", f"~{BOT}~ help", [section(user(strike=True), text(" help"))]),
    Row("a struck-out command", "~/bellhop help~", [section(text("/bellhop help", strike=True))]),
    Row("struck out over an empty line", None, [section(text("x\n\n/bellhop help", strike=True))]),
    Row("struck out and bold", f"~*{BOT} help*~", [section(user(strike=True, bold=True), text(" help", strike=True))]),
    Row("in mid-line", f"hey {BOT} help", [section(text("hey "), *ASK)]),
    Row("at the end of a line", f"please help {BOT}", [section(text("please help "), user())]),
    Row("behind somebody else", f"<@U0ADA000001> {BOT} help",
        [section(entity("user", user_id="U0ADA000001"), text(" "), *ASK)]),
    Row("behind a broadcast", f"<!here> {BOT} help", [section(entity("broadcast", range="here"), text(" "), *ASK)]),
    Row("behind an emoji", f":wave: {BOT} help", [section(entity("emoji", name="wave"), text(" "), *ASK)]),
    Row("behind a code span", f"`x` {BOT} help", [section(text("x", code=True), text(" "), *ASK)]),
    Row("behind a bracket", f"({BOT}) help", [section(text("("), user(), text(") help"))]),
    Row("behind a backslash", f"\\{BOT} help", [section(text("\\"), *ASK)]),
    Row("somebody's own", f"{BOT}'s fix broke it", [section(user(), text("'s fix broke it"))]),
    Row("a longer name", f"{BOT}-staging help", [section(user(), text("-staging help"))]),
    Row("a host", f"{BOT}.io help", [section(user(), text(".io help"))]),
    Row("a typed name", "@bellhop help", [section(text("@bellhop help"))]),
    Row("a typed name on a line of its own", "x\n@Bellhop help", [section(text("x\n@Bellhop help"))]),
    Row("a name of another", "<@U0EVIL00001|bellhop> help",
        [section(entity("user", user_id="U0EVIL00001"), text(" help"))]),
    Row("a group called so", "<!subteam^S1|@bellhop> help",
        [section(entity("usergroup", usergroup_id="bellhop"), text(" help"))]),
    Row("a broadcast called so", "<!bellhop> help", [section(entity("broadcast", range="bellhop"), text(" help"))]),
    Row("a channel called so", "<#C1|@bellhop> help",
        [section(entity("channel", channel_id="@bellhop"), text(" help"))]),
    Row("a day called so", "<!date^0^{date}|@bellhop help>", [section(entity("date", fallback="@bellhop help"))]),
    Row("a color called so", None, [section(entity("color", value="@bellhop help"))]),
    Row("a link called so", f"<{URL}|@bellhop help>", [section(link("@bellhop help"))]),
    Row("a link's command", f"<{URL}|/bellhop help>", [section(link("/bellhop help"))]),
    Row("a link's target", f"<{URL}\n\n/bellhop help>", [section(link(url=f"{URL}\n\n/bellhop help"))]),
    Row("a link's label over lines", f"<{URL}|x\n\n/bellhop help>", [section(link("x\n\n/bellhop help"))]),
    Row("a day over lines", "<!date^0^{date}|x\n\n/bellhop help>",
        [section(entity("date", fallback="x\n\n/bellhop help"))]),
    Row("an address by mail", "<mailto:me@bellhop.io|me@bellhop.io> help",
        [section(link("me@bellhop.io", "mailto:me@bellhop.io"), text(" help"))]),
    Row("an escaped entity", "&lt;@U0BELLHOP01&gt; help", [section(text("<@U0BELLHOP01> help"))]),
    Row("an entity escaped twice", "&amp;lt;@U0BELLHOP01&amp;gt; help", [section(text("&lt;@U0BELLHOP01&gt; help"))]),
    Row("an entity of characters", "&amp;#64;bellhop help", [section(text("&#64;bellhop help"))]),
    Row("a comment", "&lt;!-- x\n/bellhop help\n--&gt;", [section(text("<!-- x\n/bellhop help\n-->"))]),
    Row("a name with what nobody sees", "@\u200bbellhop help", [section(text("@\u200bbellhop help"))]),
    Row("a name of other letters", "@be\u217c\u217chop help", [section(text("@be\u217c\u217chop help"))]),
    Row("behind a signature", f"bye\n-- \n{BOT} help", [section(text("bye\n-- \n"), *ASK)]),
]  # fmt: skip

HEARD = [
    Row("alone", f"{BOT} help", [section(*ASK)], HELP),
    Row("without a blank", f"{BOT}help", [section(user(), text("help"))], HELP),
    Row("with a label", "<@U0BELLHOP01|the bell> help", None, HELP),
    Row("behind blanks", f"      {BOT} help", [section(text("      "), *ASK)], HELP),
    Row("on a line of its own", f"hello\n{BOT} help", [section(text("hello\n"), *ASK)], HELP),
    Row("between others", f"hello\n{BOT} help\nbye", [section(text("hello\n"), *ASK, text("\nbye"))], HELP),
    Row("twice", f"{BOT} help\n{BOT} help", [section(*ASK, text("\n"), *ASK)], HELP * 2),
    Row("with an odd line end", f"x\r\n{BOT} help", [section(text("x\r\n"), *ASK)], HELP),
    Row("a typed command", "/bellhop help", [section(text("/bellhop help"))], ["/bellhop help"]),
    Row("only a code span", "`/bellhop help`", [section(text("/bellhop help", code=True))], ["/bellhop help"]),
    Row("bold", f"*{BOT}* help", [section(user(bold=True), text(" help"))], ["**@bellhop** help"]),
    Row("all bold", f"*{BOT} help*", [section(user(bold=True), text(" help", bold=True))], ["**@bellhop help**"]),
    Row("behind a quote", f"&gt; said\n{BOT} help", [part("quote", text("said")), section(*ASK)], HELP),
    Row("behind an open fence in a quote", f"&gt; ``` said\n{BOT} help",
        [part("quote", text("``` said")), section(*ASK)], HELP),
    Row("behind code in a quote", f"&gt; ```x```\n{BOT} help",
        [part("preformatted", text("x"), border=1), section(*ASK)], HELP),
    Row("behind lines of code in a quote", f"&gt; ```x\n&gt; y```\n{BOT} help",
        [part("quote", part("preformatted", text("x\ny"))), section(*ASK)], HELP),
    Row("behind code", f"```x```\n{BOT} help", [part("preformatted", text("x")), section(*ASK)], HELP),
    Row("behind code that quotes all", f"```\n&gt;&gt;&gt; x\n```\n{BOT} help",
        [part("preformatted", text(">>> x")), section(*ASK)], HELP),
    Row("before a quote", f"{BOT} help\n&gt; said", [section(*ASK, text("\n")), part("quote", text("said"))], HELP),
    Row("behind three marks in mid-line", f"x &gt;&gt;&gt; y\n{BOT} help", [section(text("x >>> y\n"), *ASK)], HELP),
    Row("in a list", f"• one\n• {BOT} help", [part("list", section(text("one")), section(*ASK), style="bullet")], HELP),
    Row("in a list within a list", f"• one\n    ◦ {BOT} help",
        [part("list", section(text("one")), style="bullet"), part("list", section(*ASK), indent=1)], HELP),
    Row("in a numbered list", f"1. {BOT} help", [part("list", section(*ASK), style="ordered")], HELP),
    Row("behind a list", f"• one\n{BOT} help",
        [part("list", section(text("one")), style="bullet"), section(*ASK)], HELP),
    Row("behind struck-out words", f"~no~\n{BOT} help", [section(text("no", strike=True), text("\n"), *ASK)], HELP),
]  # fmt: skip
ROWS = [*UNHEARD, *HEARD]


def heard(**given: Any) -> list[str]:
    message = read(event(**given))
    return [each.line for each in grammar.parse(message, NAMES, VOCABULARY).commands]


def blocks(row: Row) -> Elements:
    return [{"type": "rich_text", "elements": row.rich}]


@pytest.mark.parametrize("kind", ["message", "app_mention"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.wire], ids=lambda row: row.name)
def test_plain_text_addresses_us_or_does_not(row: Row, kind: str) -> None:
    lines = [line.replace("**", "*") for line in row.heard]  # in Slack's own text one mark is bold
    assert heard(type=kind, text=row.wire, blocks=None) == lines


@pytest.mark.parametrize("kind", ["message", "app_mention"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.rich], ids=lambda row: row.name)
def test_rich_text_addresses_us_or_does_not(row: Row, kind: str) -> None:
    """Whatever the plain text beside it says."""
    assert heard(type=kind, text=f"{BOT} version", blocks=blocks(row)) == row.heard


@pytest.mark.parametrize("row", [row for row in UNHEARD if row.wire], ids=lambda row: row.name)
def test_an_edit_that_adds_no_address_adds_none(row: Row) -> None:
    after = read(event(text=row.wire, blocks=None))
    assert not grammar.added("", after.text, NAMES, VOCABULARY)


PIECES = st.sampled_from(
    [
        "```",
        "`",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "x",
        "~",
        "&gt; ",
        "&gt;&gt;&gt; ",
        "• ",
        BOT,
        " help",
        "/bellhop help",
    ]
)
SAYINGS = st.lists(PIECES, max_size=14).map("".join)


@given(SAYINGS)
def test_nothing_behind_three_marks_is_heard(said: str) -> None:
    assert heard(text=f"&gt;&gt;&gt; {said}", blocks=None) == []


@given(SAYINGS)
def test_nothing_in_lines_that_are_all_quoted_is_heard(said: str) -> None:
    assert heard(text="\n".join(f"&gt; {line}" for line in said.splitlines()), blocks=None) == []


@given(SAYINGS)
def test_nothing_between_fences_is_heard(said: str) -> None:
    code = said.replace("```", "")
    assert heard(text=f"```{code}```", blocks=None) == []
    assert heard(text=f"x\n```\n{code}\n```\ny", blocks=None) == []


@given(SAYINGS)
def test_a_line_behind_what_is_closed_is_heard(said: str) -> None:
    """Only an open fence may swallow it; else whoever calls is answered."""
    if "```" not in said and "~" not in said and "&gt;&gt;&gt;" not in said:
        assert heard(text=f"{said}\n\n{BOT} help", blocks=None)[-1:] == HELP


@pytest.mark.parametrize(
    "said", ["&gt; J-7K3Q done", "&gt; ```x```", "&gt;&gt;&gt; a\n\nb", "&gt; a\n&gt; b"]
)
def test_who_only_quotes_says_nothing_to_the_bot_not_even_alone_with_it(said: str) -> None:
    place = {"channel": "D1", "channel_type": "im", "blocks": None}
    assert heard(text=said, **place) == []
    assert heard(text=f"{said}\n\nwhat is that?".replace("&gt;&gt;&gt;", "&gt;"), **place) != []


def test_alone_with_the_bot_code_needs_no_name() -> None:
    assert heard(text="```Traceback: boom```", blocks=None, channel="D1", channel_type="im") != []
