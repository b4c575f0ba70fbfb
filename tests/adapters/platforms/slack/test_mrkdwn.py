"""Markdown in Slack's dialect: readable, and nothing in it notifies anybody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.platforms.slack import mrkdwn

ENTITY = re.compile(r"<([^>]*)>")


def rendered(markdown: str) -> str:
    return "\n\n".join(mrkdwn.pieces(markdown))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("plain words", "plain words"),
        ("**bold** and *it* and ~~gone~~", "*bold* and _it_ and ~gone~"),
        ("# Title\n\ntext", "*Title*\n\ntext"),
        ("`a < b`", "`a &lt; b`"),
        ("``a ` b``", "`a ' b`"),
        ("```python\na < b\n```", "```\na &lt; b\n```"),
        ("- one\n- two\n   - deep\n", "• one\n\n• two\n\n    • deep"),
        ("3. three\n4. four", "3. three\n\n4. four"),
        ("> said\n> so", "> said\n> so"),
        ("[page](https://example.com/a?b=1&c=2)", "<https://example.com/a?b=1&amp;c=2|page>"),
        ("<https://example.com>", "<https://example.com>"),
        ("![shot](https://example.com/a.png)", "<https://example.com/a.png|shot>"),
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("&lt;b&gt;", "&lt;b&gt;"),
        ("<b>html</b>", "&lt;b&gt;html&lt;/b&gt;"),
        ("| a | b |\n|---|---|\n| 1 | 22 |", "```\na  b\n1  22\n```"),
        ("one  \ntwo", "one\ntwo"),
        ("---", "———"),
    ],
)
def test_markdown_reads_as_it_would_elsewhere(markdown: str, expected: str) -> None:
    assert rendered(markdown) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<!here|here>",
        "<@U0ADA000001>",
        "<!subteam^S1|ops>",
        "<#C1>",
    ],
)
@pytest.mark.parametrize(
    "form", ["{}", "**{}**", "`{}`", "```\n{}\n```", "- {}", "> {}", "# {}", "[{}](https://x.example)"]
)
def test_entities_in_what_is_said_are_words(text: str, form: str) -> None:
    made = rendered(form.format(text))
    assert all(found.startswith("https://x.example") for found in ENTITY.findall(made))
    assert text not in made


@pytest.mark.parametrize(
    ("url", "label", "expected"),
    [
        ("https://evil.example", "https://bank.example", "https://bank.example (<https://evil.example>)"),
        ("https://evil.example", "bank.example", "bank.example (<https://evil.example>)"),
        ("https://example.com/a", "example.com", "<https://example.com/a|example.com>"),
        ("https://evil.example|https://bank", "", "<https://evil.example%7Chttps://bank>"),
        ("https://example.com", "a|b>c", "<https://example.com|a/b&gt;c>"),
        ("https://example.com/|@x>", "page", "<https://example.com/%7C@x&gt;|page>"),
        ("javascript:alert(1)", "page", "page"),
        ("!channel", "page", "page"),
        ("@U1", "", "@U1"),
        ("https://[::1", "page", "page"),
    ],
)
def test_a_link_leads_where_it_says(url: str, label: str, expected: str) -> None:
    assert mrkdwn.link(url, label) == expected


@given(st.text(max_size=400))
def test_whatever_is_said_only_links_are_entities(text: str) -> None:
    for found in ENTITY.findall(rendered(text)):
        assert found.split(":")[0] in mrkdwn.SCHEMES


@given(st.text(alphabet="<>!@#|`*_~[]()\n -1.ahtps:/&;", max_size=200))
def test_no_mixture_of_marks_makes_an_entity_that_notifies(text: str) -> None:
    made = rendered(text)
    assert not re.search(r"<[!@#]", made)
    assert made.count("```") % 2 == 0
