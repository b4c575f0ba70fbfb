"""Blocks stay within Slack's limits, and a cut opens nothing that was closed."""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from adapters.platforms.slack import blocks

LINES = st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=80), max_size=400)


def check(made: list[blocks.Block]) -> None:
    """The documented limits, and those that slack_sdk's models know."""
    assert len(made) <= blocks.MOST_BLOCKS
    for block in made:
        assert 0 < len(block["text"]["text"]) <= blocks.size(block["text"]["text"]) <= 3000
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


@pytest.mark.parametrize(
    "text",
    [
        "word " * 5000,
        "x" * 20_000,
        "\U0001f600" * 9000,
        "<" * 9000,
        "&" * 9000,
        "\n\n".join(f"paragraph {n}" for n in range(900)),
        "- item\n" * 3000,
        "```\n" + "line of code <&>\n" * 900 + "```",
        "```\n" + "x" * 9000 + "\n```",
        "[page](https://example.com/" + "a" * 2900 + ")" + " tail" * 800,
        "# " + "h" * 9000,
        "> q\n" * 3000,
    ],
)
def test_long_texts_fit(text: str) -> None:
    made = blocks.sections(text)
    check(made)
    assert made
    assert blocks.measure(made) <= blocks.LONGEST_TOGETHER


def test_code_is_opened_and_closed_in_every_part() -> None:
    made = blocks.sections("before\n\n```\n" + "line of code\n" * 700 + "```\n\nafter")
    assert len(made) > 2
    for block in made:
        assert block["text"]["text"].count("```") % 2 == 0
    assert made[-1]["text"]["text"].endswith("after")
    told = "".join(re.sub(r"```\n?", "", block["text"]["text"]) for block in made)
    assert told.count("line of code") == 700


def test_a_cut_is_marked() -> None:
    made = blocks.sections("```\n" + "line of code\n" * 2000 + "```")
    assert made[-1]["text"]["text"].endswith("…\n```")


def test_no_cut_breaks_a_link_or_an_escaped_character() -> None:
    link = "[a page](https://example.com/some/where)"
    for lead, between in product(range(40), (" & < ", "&<")):
        for block in blocks.sections("x" * lead + f"{link}{between}" * 300):
            text = block["text"]["text"]
            assert re.fullmatch(
                r"(?:[^<>&]|&(?:amp|lt|gt);|<https://example\.com/some/where\|a page>)*", text
            ), text


@settings(max_examples=40, deadline=None)
@given(
    LINES,
    st.sampled_from(["\n", "\n\n", "\n- ", "\n> ", "\n```\n"]),
    st.integers(1, 12_000),
    st.integers(1, 50),
)
def test_any_text_fits_into_any_room(lines: list[str], between: str, room: int, most: int) -> None:
    made = blocks.sections(between.join(lines), room, most)
    check(made)
    assert len(made) <= most
    assert blocks.measure(made) <= room
    assert all(block["text"]["text"].count("```") % 2 == 0 for block in made)


def test_buttons_carry_the_whole_command() -> None:
    [row] = blocks.buttons(
        ["/bellhop cancel J-7K3Q", "/bellhop logs J-7K3Q", "/bellhop ci run", "/bellhop help"]
    )
    shown = [(each["text"]["text"], each["value"], each.get("style")) for each in row["elements"]]
    assert shown == [
        ("Cancel", "/bellhop cancel J-7K3Q", "danger"),
        ("Logs", "/bellhop logs J-7K3Q", None),
        ("Ci run", "/bellhop ci run", None),
        ("Help", "/bellhop help", None),
    ]
    Block.parse(row).validate_json()  # type: ignore[union-attr]


@pytest.mark.parametrize("commands", [[], [""], ["/bellhop fix " + "x" * 2000]])
def test_what_is_no_button_is_none(commands: list[str]) -> None:
    assert blocks.buttons(commands) == []


def test_the_same_command_is_one_button_and_five_are_enough() -> None:
    [row] = blocks.buttons(["/bellhop help"] * 3 + [f"/bellhop logs J-{n}" for n in range(9)])
    assert len(row["elements"]) == 5
    assert len({each["action_id"] for each in row["elements"]}) == 5


def test_a_channel_is_shown_by_its_name_where_text_has_its_id() -> None:
    shown = [block["text"]["text"] for block in blocks.sections("in #C0AB12CD3 and (#G12345678)")]
    assert shown == ["in <#C0AB12CD3> and (<#G12345678>)"]
    for text in ("`#C0AB12CD3`", "a#C0AB12CD3", "#general", "#C0AB", "```\n#C0AB12CD3\n```", "#C0AB12CD3x"):
        assert "<#" not in "".join(block["text"]["text"] for block in blocks.sections(text)), text
    linked = blocks.sections("[see](https://x.example/#C0AB12CD3)")[0]["text"]["text"]
    assert linked == "<https://x.example/#C0AB12CD3|see>"
