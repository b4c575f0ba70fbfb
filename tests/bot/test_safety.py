"""What leaves under our name notifies nobody, closes nothing, commands nobody, loads nothing, hides nothing."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot import safety
from bot.grammar import Parsed
from tests.bot.test_grammar import parse
from tests.bot.test_grammar_bombs import BOMBS

BREAK = safety.BREAK
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
CODE = re.compile(r"<code.*?</code>", re.DOTALL)

MENTIONS = [
    "@user",
    "cc @org/team.",
    "(@user)",
    "**@user**",
    "_@user_",
    "\\@user",
    "&#64;user",
    "&#x40;user",
    "&#0064;user",
    "&commat;user",
    "@&#117;ser",
    "@\u200buser",
    "@\u2060user",
    "@\U000e0075user",
    "\u200d@user",
    "é@user",
    "a/@user",
    "- @user",
    "> @user",
    "| @user |\n| --- |\n| @user |",
    "[@user](https://example.org)",
    "# @user",
    "`a` @user `b`",
    "<https://a`b> `@user",
    "<b>@user</b>",
    "<div>\n@user\n</div>",
    "<pre>@user</pre>",
    "<!-- ` -->@user<!-- ` -->",
    "[a](b`c) @user `d",
    "`a\n\n@user`",
    "@all",
    "https://example.org,@user",
    "https://example.org @user",
    "@pytest.fixture",
    "a\r@user",
]


@pytest.mark.parametrize("text", MENTIONS)
def test_no_mention_leaves_in_words(text: str) -> None:
    rendered = CODE.sub("", RENDERER.render(safety.harmless(text)))
    assert not re.search(r"(?<![A-Za-z0-9])@\w", rendered), rendered


@pytest.mark.parametrize(
    "text",
    [
        "`@pytest.fixture` is used",
        "```py\n@dataclass\nclass A: ...\n```",
        "~~~\n/merge\nFixes #1\n<b>\n~~~",
        "    @indented\n    <b>",
        "- list\n  ```\n  @user\n  ```\n",
        "me@example.org writes",
        "https://medium.com/@user/post",
        "a < b and c > d, 1 <2",
        "/usr/bin/env is there",
        "fix the bug of #4",
        "utf-8 & more &amp; &lt;b&gt; &copy;",
        "\U0001f468\u200d\U0001f4bb \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤️ 1️⃣",
        "می‌خواهم क्‍ष",
        "[a](https://example.org) ![" + "]",
        "",
    ],
)
def test_what_does_nothing_stays_as_it_is(text: str) -> None:
    assert safety.harmless(text) == text.replace("![", "[")


@pytest.mark.parametrize(
    "text",
    [
        "Fixes #1",
        "fixes: #1",
        "CLOSES acme/shop#12",
        "Resolves https://github.com/acme/shop/issues/3",
        "resolved https://gitlab.example.org/a/b/-/issues/3",
        "Closes GH-4",
        "Closing #4, #6",
        "Fixes\n#1",
        "Fixes **#1**",
        "Fixes [#1](https://github.com/acme/shop/issues/1)",
        "Implements !5",
        "Completes ENG-123",
        "Fix issue #5",
        "Fixe&#115; #1",
        "Fi\u200bxes #1",
        "(fixes #1)",
        "_closes #1_",
    ],
)
def test_no_keyword_closes_an_issue(text: str) -> None:
    keyword = r"(?i)(?<![a-z])(clos|fix|resolv|implement|complet)[a-z]*"
    for safe in (safety.harmless(text), safety.plain(text.replace("&#115;", "s"))):
        assert not re.search(keyword, safe), safe
        assert re.search(keyword, safe.replace(BREAK, "")), safe


@pytest.mark.parametrize(
    "text",
    [
        "/merge",
        "text\n/merge",
        "  /approve",
        "- /bellhop cancel J-7K3Q",
        "1. /bellhop cancel J-7K3Q",
        "- [ ] /bellhop status",
        "- [x] /bellhop status",
        "**/bellhop status**",
        "__/bellhop status__",
        "> /close",
        "&sol;merge",
        "&#47;merge",
        "\u200b/merge",
        "/bellhop.",
        "<br>\n/merge",
        "<!--\n-->\n/merge",
        "`/bellhop status`",
        "bors r+",
        "atlantis apply",
        "ok to test",
    ],
)
def test_no_line_commands_anybody(text: str) -> None:
    safe = safety.harmless(text)
    assert not re.search(r"(?mi)^[^\w\n/]*_*(\d+\. )?(\[x\] )?(/\w|bors|atlantis|ok to test)", safe), safe
    assert parse(safe) == Parsed()


@pytest.mark.parametrize(
    "text",
    [
        "<!-- bellhop:J-7K3Q -->",
        "`<!-- bellhop:J-7K3Q -->`",
        "```\n<!-- bellhop:J-7K3Q -->\n```",
        "    <!--bellhop:d12-0-->",
        "<!-- BELLHOP: J-7K3Q -->",
        "<!-- bell\u200bhop:J-7K3Q -->",
    ],
)
def test_nobody_forges_our_marker(text: str) -> None:
    for safe in (safety.harmless(text), safety.plain(text)):
        assert not re.search(r"(?i)bellhop:", safe)


def test_what_is_unseen_is_removed_and_counted() -> None:
    text = "a\u200bb\u202ec\U000e0041\ufeff\x1b[31md\x07"
    assert safety.harmless(text) == "abcd"
    assert safety.count_hidden(text) == len(text) - 4


def test_a_secret_broken_by_what_is_unseen_is_found() -> None:
    assert "hunter22" not in safety.harmless("it is hun\u200bter22", ["hunter22"])
    assert "ABCDEFGH" not in safety.harmless("gh\u200bp_ABCDEFGH12345678")
    assert "ABCDEFGH" not in safety.harmless("&#103;hp_ABCDEFGH12345678")


def test_an_open_fence_is_closed_and_one_in_a_list_is_left_to_the_list() -> None:
    assert safety.harmless("a\n````py\nb\n```") == "a\n````py\nb\n```\n````"
    assert safety.harmless("- a\n  ```\n  b") == "- a\n  ```\n  b"
    assert safety.harmless("```\na\n```\n") == "```\na\n```\n"


def test_a_limit_is_kept_whatever_safety_costs() -> None:
    for limit in (0, 1, 5, 50, 999):
        assert len(safety.harmless("<b>@user</b> `@a` " * 100, limit=limit)) <= limit


def test_a_cut_opens_nothing() -> None:
    text = "`@org/team and more` words"
    for limit in range(len(text)):
        assert not re.search(r"@o", CODE.sub("", RENDERER.render(safety.harmless(text, limit=limit))))


def test_a_headline_is_one_line_without_code() -> None:
    assert safety.headline("`@user`\nand <b>\u2028/merge") == f"'@{BREAK}user' and &lt;b> /merge"
    assert parse(safety.headline("/bellhop status")) == Parsed()


def test_plain_text_is_broken_everywhere_and_escaped_nowhere() -> None:
    assert (
        safety.plain("`@user` List<b>\n\n```\n/merge\n```")
        == f"`@{BREAK}user` List<b>\n\n```\n/{BREAK}merge\n```"
    )


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_made_harmless_too(bomb: str) -> None:
    assert len(safety.harmless(f"@user {bomb}", limit=60_000)) <= 60_000


FRAGMENTS = (
    [
        "@bellhop",
        "/bellhop",
        " cancel",
        " fix it",
        "@user",
        "Fixes ",
        "#1",
        "a",
        "!",
        "&",
        "|",
        "|-|",
        "\\",
        "\r",
        "\n",
        "\n\n",
    ],
    [
        "> ",
        "- ",
        "1. ",
        "# ",
        "[ ] ",
        "[x] ",
        "    ",
        "\t",
        "\u200b",
        "\u00a0",
        "&#64;",
        "&sol;",
        "**",
        "_",
        "~~",
        "`",
        "``",
    ],
    ["```", "~~~", "<!--", "-->", "<b>", "</b>", "<a ", ">", "[", "]", "(", ")", "![", "](x)", "<https://a"],
)
PIECES = st.lists(st.one_of(*(st.sampled_from(row) for row in FRAGMENTS), st.characters()), max_size=24).map(
    "".join
)


@given(PIECES)
@settings(max_examples=1500, deadline=None)
@example("`/bellhop`\u00a0")
@example("<https://a`b> `@bellhop`")
@example("- ```\n@bellhop fix")
def test_what_was_made_harmless_stays_and_never_addresses_us(text: str) -> None:
    safe = safety.harmless(text)
    assert safety.harmless(safe) == safe
    assert parse(safe) == Parsed()
    assert parse(safety.headline(text)) == Parsed()
    assert parse(safety.plain(text)) == Parsed()
    quoted = "\n".join(f"> {line}" for line in safe.split("\n"))
    assert parse(quoted) == Parsed()


@pytest.mark.parametrize("marks", ["1. 1. ", "- 1. 2) 3. ", "> 1. - 2. "])
def test_lists_within_lists_hide_no_command(marks: str) -> None:
    assert parse(safety.harmless(f"{marks}/bellhop fix")) == Parsed()
