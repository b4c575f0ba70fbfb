"""Who is addressed and what is asked: every sentence of the grammar, and everything that only looks like it."""

import pytest

from bot import grammar
from bot.grammar import Parsed
from models.command import Address, Command, Names, Unknown, VerbSpec, Vocabulary
from models.message import IncomingMessage, MessageKind, Thread
from models.source import SourceType

NAMES = Names(mention=frozenset({"bellhop", "bellhop-app", "bellhop[bot]"}), slash="bellhop")
FIX = frozenset({"repo", "branch", "agent", "model", "pr"})
VERBS = Vocabulary(
    (
        VerbSpec(name="fix", takes_text=True, options=FIX),
        VerbSpec(name="ask", takes_text=True, options=frozenset({"agent", "model"})),
        VerbSpec(name="new", takes_text=True, options=FIX),
        VerbSpec(name="deny", takes_text=True, takes_ids=True),
        VerbSpec(name="jobs", flags=frozenset({"mine", "here", "all"})),
        VerbSpec(name="status", takes_ids=True),
        VerbSpec(name="logs", takes_ids=True, options=frozenset({"n"})),
        VerbSpec(name="cancel", aliases=("stop",), takes_ids=True, is_destructive=True),
        VerbSpec(name="retry", takes_ids=True, options=frozenset({"from"}), is_destructive=True),
        VerbSpec(name="help", takes_topic=True, topics=frozenset({"budgets"})),
        VerbSpec(name="why", takes_link=True),
        VerbSpec(name="ping"),
        VerbSpec(name="version"),
    )
)
THREAD = Thread(source=SourceType.GITHUB, repository="acme/shop", number=42)


def parse(text: str, names: Names = NAMES) -> Parsed:
    message = IncomingMessage(
        source=SourceType.GITHUB,
        message=text,
        kind=MessageKind.COMMENT,
        event="issue_comment",
        actor=None,
        thread=THREAD,
        comment_id="1",
    )
    return grammar.parse(message, names, VERBS)


def one(text: str) -> Command:
    (command,) = parse(text).commands
    assert isinstance(command, Command), command
    return command


def unknown(text: str) -> Unknown:
    (command,) = parse(text).commands
    assert isinstance(command, Unknown), command
    return command


# --- the address ----------------------------------------------------------------------------------------------------

ADDRESSED = [
    "@bellhop status",
    "/bellhop status",
    "@Bellhop status",
    "/BELLHOP Status",
    "@bellhop-app status",
    "@bellhop[bot] status",
    "@bellhop: status",
    "@bellhop, status",
    "@bellhop - status",
    "@bellhop\tstatus",
    "@bellhop\u00a0status",
    "  @bellhop status",
    "\u3000@bellhop status",
    "**@bellhop** status",
    "**@bellhop**: status",
    "**@bellhop status**",
    "*@bellhop* status",
    "_@bellhop status_",
    "@bellhop **status**",
    "@bellhop `status`",
    "- @bellhop status",
    "* @bellhop status",
    "1. @bellhop status",
    "- [ ] @bellhop status",
    "- [x] @bellhop status",
    "# @bellhop status",
    "@bellhop status\n---",
    "Thanks for looking!\n@bellhop status",
    "Thanks for looking!\r\n@bellhop status\r\nBye",
    "Thanks\r@bellhop status",
    "First\\\n@bellhop status",
    "First  \n@bellhop status",
    "A paragraph.\n\n@bellhop status",
    "> @ana said something\n\n@bellhop status",
    "```\ncode\n```\n@bellhop status",
    "<!-- a template -->\n@bellhop status",
    "<!-- a template\nof two lines -->\n\n@bellhop status",
    "<details><summary>Log</summary>\n\nlong\n\n</details>\n\n@bellhop status",
    "1. a\n   > b\n2. @bellhop status",
    "`@bellhop status`",
    " `/bellhop status` ",
    "@bellhop please status",
    "@bellhop status please",
    "@bellhop status, please!",
    "@bellhop status?",
    "@bellhop STATUS thanks \U0001f64f",
    "@bellhop status\u200b",
    "@bellhop sta\u200btus",
]


@pytest.mark.parametrize("text", ADDRESSED)
def test_a_line_that_begins_with_the_name_addresses_the_bot(text: str) -> None:
    assert one(text).name == "status"


NOT_ADDRESSED = [
    "",
    "status",
    "bellhop status",
    "thanks @bellhop status",
    "Hey @bellhop status",
    "cc @bellhop",
    "see /bellhop status",
    # other names
    "@bellhopper status",
    "@bellhop-staging status",
    "@bellhop_status",
    "@bellhop/team status",
    "@bellhop/status",
    "@bellhop.io status",
    "@bellhop's status",
    "@bellhop@example.org status",
    "@bellhopé status",
    "@bellhop中 status",
    "@bell hop status",
    "@b\u0435llhop status",  # a Cyrillic e
    "\uff20bellhop status",
    "me@bellhop.io status",
    "x@bellhop status",
    ".@bellhop status",
    "@@bellhop status",
    "/bellhopper status",
    "/bellhop/status",
    "/bellhop.yml status",
    "//bellhop status",
    "./bellhop status",
    "../bellhop status",
    "http://example.org/bellhop status",
    "https://example.org/@bellhop status",
    # escaped, spelled as entities, broken or led by what nobody sees
    "\\@bellhop status",
    "\\/bellhop status",
    "&#64;bellhop status",
    "&commat;bellhop status",
    "&sol;bellhop status",
    "@\u200bbellhop status",
    "@bell\u200bhop status",
    "@bellhop\u200b status",
    "\u200b@bellhop status",
    "\ufeff@bellhop status",
    "\u202e@bellhop status",
    "\u2066@bellhop\u2069 status",
    "@bell\u00adhop status",
    "@bell\u2060hop status",
    "@bell\u180ehop status",
    "@bell\ufe0fhop status",
    "@bell\U000e0100hop status",
    "@bell\u3164hop status",
    "".join(chr(0xE0000 + ord(letter)) for letter in "@bellhop status"),
    # code
    "Type `@bellhop status` here",
    "`@bellhop status` and `@bellhop help`",
    "`@bellhop status` please",
    "`@bellhop` status",
    "    @bellhop status",
    "\t@bellhop status",
    "```\n@bellhop status\n```",
    "~~~sh\n/bellhop status\n~~~\n",
    "```\n@bellhop status\nmore",
    "Look:\n\n```\n@bellhop status\n```",
    "```\n@bellhop status\n@bellhop help\n```",
    "~~~\n@bellhop status\n~~~\ntext",
    "a `code span\n@bellhop status` that goes on",
    "- item\n\n      @bellhop status",
    # quotes
    "> @bellhop status",
    ">@bellhop status",
    "> > @bellhop status",
    "- > @bellhop status",
    "> quoted\n@bellhop status",  # Markdown's lazy continuation: shown as part of the quote
    "> [!NOTE]\n> @bellhop status",
    "<blockquote>\n\n@bellhop status\n\n</blockquote>",
    # struck out
    "~~@bellhop status~~",
    "~~never mind\n@bellhop status~~",
    "<del>\n\n@bellhop status\n\n</del>",
    # HTML
    "<!-- @bellhop status -->",
    "<!--\n@bellhop status\n-->",
    "<!--\n\n@bellhop status",
    "text <!--\n@bellhop status",
    "text <!-- more\n@bellhop status\n--> text",
    "- <!--\n\n@bellhop status",
    "<pre>\n\n@bellhop status\n\n</pre>",
    "<script>\n@bellhop status\n</script>",
    "<?php\n@bellhop status\n?>",
    "<![CDATA[\n@bellhop status\n]]>",
    '<img alt="\n@bellhop status\n">',
    "<x-hidden a='\n@bellhop status'>",
    # links, images, definitions
    "[@bellhop status](https://example.org)",
    "[a\n@bellhop status](https://example.org)",
    "[a](<@bellhop status>)",
    '[a](https://example.org "\n@bellhop status")',
    "![a\n@bellhop status](https://example.org/a.png)",
    "![a](https://example.org/a.png '\n@bellhop status')",
    "<https://example.org/@bellhop>",
    "<me@bellhop.io>",
    "[a]: https://example.org '\n@bellhop status'",
    # tables
    "| verb | what |\n| --- | --- |\n| @bellhop status | tells |",
    "@bellhop status | tells\n--- | ---\n@bellhop help | helps",
]


@pytest.mark.parametrize("text", NOT_ADDRESSED)
def test_what_only_looks_like_the_name_is_people_talking(text: str) -> None:
    assert parse(text) == Parsed()


def test_the_name_of_the_platform_counts() -> None:
    names = Names(mention=frozenset({"desk-bot"}), slash="desk")
    assert parse("@Desk-Bot ping\n/desk ping\n@bellhop ping", names).commands[1].address is Address.SLASH
    assert len(parse("@Desk-Bot ping\n/desk ping\n@bellhop ping", names).commands) == 2
    assert parse("@des\u212a-bot ping", names) == Parsed()  # the Kelvin sign folds to k


# --- several commands -----------------------------------------------------------------------------------------------


def test_a_message_holds_several_commands_in_order() -> None:
    commands = parse(
        "@bellhop status\n/bellhop cancel J-7K3Q\n\nthanks\n- @bellhop frobnicate J-7K41\n"
    ).commands
    assert [(command.index, command.address) for command in commands] == [
        (0, Address.MENTION),
        (1, Address.SLASH),
        (2, Address.MENTION),
    ]
    assert [command.line for command in commands] == [
        "@bellhop status",
        "/bellhop cancel J-7K3Q",
        "@bellhop frobnicate J-7K41",
    ]


def test_the_sixth_command_is_not_run_and_that_is_told() -> None:
    five = "@bellhop ping\n" * 5
    assert (len(parse(five).commands), parse(five).is_truncated) == (5, False)
    assert (len(parse(five + "@bellhop ping").commands), parse(five + "@bellhop ping").is_truncated) == (
        5,
        True,
    )


# --- edits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ("please look", "@bellhop please look", True),
        ("> @bellhop fix", "@bellhop fix", True),
        ("@bellhop fix", "@bellhop fix it", False),
        ("/bellhop ping", "@bellhop fix it", False),
        ("@bellhop fix", "never mind", False),
        ("please look", "please look again", False),
        ("", "@bellhop fix", True),
        (None, "@bellhop fix", False),
    ],
)
def test_an_edit_counts_when_it_adds_the_first_address(before: str | None, after: str, counts: bool) -> None:
    assert grammar.added(before, after, NAMES, VERBS) is counts
