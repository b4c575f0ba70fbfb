"""Block Kit's limits: the largest that passes, the smallest that does not."""

from typing import Any

import pytest

from playground.slack.kit.judge import judge_blocks, judge_suggestions, judge_view


def plain(length: int = 1) -> dict[str, Any]:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int = 1) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": "x" * length}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(), "action_id": "a"} | more


def actions(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]


def section(**more: Any) -> list[dict[str, Any]]:
    return [{"type": "section", "text": mrkdwn()} | more]


def option(text: int = 1, value: int = 1) -> dict[str, Any]:
    return {"text": plain(text), "value": "v" * value}


def select(**more: Any) -> list[dict[str, Any]]:
    return section(accessory={"type": "static_select", "action_id": "a", "options": [option()]} | more)


LIMITS = [
    ("blocks of a message", lambda n: [{"type": "divider"}] * n, 50),
    ("text of a section", lambda n: section(text=mrkdwn(n)), 3000),
    ("fields", lambda n: [{"type": "section", "fields": [mrkdwn()] * n}], 10),
    ("text of a field", lambda n: [{"type": "section", "fields": [mrkdwn(n)]}], 2000),
    ("header", lambda n: [{"type": "header", "text": plain(n)}], 150),
    ("elements of a context", lambda n: [{"type": "context", "elements": [mrkdwn()] * n}], 10),
    ("elements of actions", lambda n: actions(*(button(action_id=str(i)) for i in range(n))), 25),
    ("text of a button", lambda n: actions(button(text=plain(n))), 75),
    ("value of a button", lambda n: actions(button(value="v" * n)), 2000),
    ("address of a button", lambda n: actions(button(url="https://" + "x" * (n - 8))), 3000),
    ("action id", lambda n: actions(button(action_id="a" * n)), 255),
    ("block id", lambda n: section(block_id="b" * n), 255),
    ("options", lambda n: select(options=[option()] * n), 100),
    ("text of an option", lambda n: select(options=[option(text=n)]), 75),
    ("value of an option", lambda n: select(options=[option(value=n)]), 150),
    ("placeholder", lambda n: select(placeholder=plain(n)), 150),
    ("markdown", lambda n: [{"type": "markdown", "text": "x" * n}], 12_000),
    (
        "markdown together",
        lambda n: [{"type": "markdown", "text": "x" * part} for part in (n - 6000, 6000)],
        12_000,
    ),
    (
        "overflow",
        lambda n: section(accessory={"type": "overflow", "action_id": "a", "options": [option()] * n}),
        5,
    ),
]


@pytest.mark.parametrize(("name", "make", "largest"), LIMITS, ids=[name for name, *_ in LIMITS])
def test_a_limit_is_exact(name: str, make: Any, largest: int) -> None:
    assert judge_blocks(make(largest)) == []
    assert judge_blocks(make(largest + 1)) != []


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain(), "blocks": section()} | more


VIEW_LIMITS = [
    ("title", lambda n: modal(title=plain(n)), 24),
    ("submit", lambda n: modal(submit=plain(n)), 24),
    ("close", lambda n: modal(close=plain(n)), 24),
    ("private metadata", lambda n: modal(private_metadata="x" * n), 3000),
    ("callback id", lambda n: modal(callback_id="x" * n), 255),
    ("blocks", lambda n: modal(blocks=[{"type": "divider"}] * n), 100),
]


@pytest.mark.parametrize(("name", "make", "largest"), VIEW_LIMITS, ids=[name for name, *_ in VIEW_LIMITS])
def test_a_limit_of_views_is_exact(name: str, make: Any, largest: int) -> None:
    assert judge_view(make(largest), "modal") == []
    assert judge_view(make(largest + 1), "modal") != []


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([{"type": "nope"}], "unsupported type: nope [json-pointer:/blocks/0/type]"),
        (actions({"type": "nope"}), "unsupported type: nope [json-pointer:/blocks/0/elements/0/type]"),
        ([{"type": "header"}], "missing required field: text [json-pointer:/blocks/0]"),
        (section(text=plain() | {"verbatim": True}), "invalid additional property: verbatim"),
        (section(color="red"), "invalid additional property: color [json-pointer:/blocks/0]"),
        ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
        (
            [{"type": "header", "text": mrkdwn()}],
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        (section(text=mrkdwn(0)), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (actions(button(style="green")), "must be one of primary, danger"),
        (section(block_id="a") + section(block_id="a"), "block_id already exists: a"),
        (actions(button(), button()), "action_id already exists in this block"),
        (select(option_groups=[{"label": plain(), "options": [option()]}]), "must define either"),
        ({}, "must provide an array [json-pointer:/blocks]"),
    ],
)
def test_a_complaint_names_its_place(blocks: Any, complaint: str) -> None:
    assert any(complaint in found for found in judge_blocks(blocks)), judge_blocks(blocks)


def test_views_have_rules_of_their_own() -> None:
    field = {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "action_id": "a"}}
    assert "`submit` is required" in judge_view(modal(blocks=[field]), "modal")[0]
    assert judge_view(modal(blocks=[field], submit=plain()), "modal") == []
    assert "unsupported type" in judge_view(modal(blocks=[{"type": "markdown", "text": "x"}]), "modal")[0]
    assert "must be one of home" in judge_view(modal(), "home")[0]
    assert "additional property: title" in judge_view(modal() | {"type": "home"}, "home")[0]
    assert "must provide an object" in judge_view("x", "home")[0]


def test_suggestions_are_options_or_groups_never_both() -> None:
    group = {"label": plain(75), "options": [option()]}
    assert judge_suggestions({"options": []}) == []
    assert judge_suggestions({"option_groups": [group] * 100}) == []
    assert judge_suggestions({"option_groups": [group] * 101}) != []
    assert judge_suggestions({"option_groups": [group], "options": [option()]}) != []
    assert judge_suggestions({"options": [option()] * 101}) != []


def test_what_people_write_is_good_block_kit(slack: Any) -> None:
    from playground.slack.entities import Typing

    typed = "hi @bellhop\n> quote\n- a\n- b\n```\ncode\n```\n[x](https://x.io) `y` *z*"
    assert judge_blocks([Typing(slack.world.store).block(typed)]) == []
