"""Cards, replies, questions and pages: whole, harmless, within the limits, found again."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.metadata import Metadata
from slack_sdk.models.views import View

from adapters.platforms.slack.markup import Markup, spoken
from adapters.platforms.slack.normalize import normalize
from bot.platform import Ignored
from models.card import Card, CardState, CardStep
from models.delivery import Disposition
from models.message import Thread, ThreadKind
from models.picker import Dialog, Page, Picker, Section
from models.source import SourceType
from tests.adapters.platforms.slack.deliveries import delivery, event
from tests.adapters.platforms.slack.test_normalize import Own, commands, read

SECRET = "xoxb-hunter2hunter2"
MARKUP = Markup("bellhop", (SECRET,))
CARD = Card(
    job_id="1",
    handle="J-7K3Q",
    state=CardState.RUNNING,
    headline='👀 J-7K3Q fix "login" on acme/api#42 · queued. Stop: `/bellhop cancel J-7K3Q`',
    steps=(
        CardStep(text="Cloned", is_done=True),
        CardStep(text="Checks", is_done=True, is_ok=False),
        CardStep(text="PR"),
    ),
    body="The **cause** was <!channel>",
    details="one\ntwo",
    details_title="Output",
    links=(("PR #43", "https://github.com/acme/api/pull/43"), ("bad", "javascript:alert(1)")),
    next_commands=("/bellhop cancel J-7K3Q", "/bellhop logs J-7K3Q"),
    marker="bellhop:J-7K3Q",
)


def body(rendered: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(rendered)
    check(made["blocks"])
    assert 0 < len(made["text"]) <= 3000
    return made


def check(blocks: list[dict[str, Any]], most: int = 50) -> None:
    """The documented limits, and those of slack_sdk's models."""
    assert len(blocks) <= most
    assert sum(len(block.get("text", {}).get("text", "")) for block in blocks) <= 13_200
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


def texts(made: dict[str, Any]) -> str:
    """All that people read."""
    return "\n".join(
        each["text"]["text"] if "text" in each else each.get("elements", [{}])[0].get("text", "")
        for each in made["blocks"]
        if each["type"] in {"section", "context"}
    )


def test_a_card_tells_all_there_is() -> None:
    made = body(MARKUP.card(CARD))
    told = texts(made)
    for part in (
        "J-7K3Q fix",
        "✅ Cloned",
        "❌ Checks",
        "⏳ PR",
        "The *cause* was",
        "Output:",
        "```\none\ntwo\n```",
    ):
        assert part in told
    assert "<https://github.com/acme/api/pull/43|PR #43>" in told
    assert "javascript" not in told
    assert "<!channel>" not in json.dumps(made)
    assert made["text"].startswith("👀 J-7K3Q fix")


def test_a_command_is_shown_as_it_can_be_typed_in_a_thread_and_is_whole_in_a_button() -> None:
    made = body(MARKUP.card(CARD))
    assert "`@bellhop cancel J-7K3Q`" in texts(made)
    assert "/bellhop" not in texts(made)
    [row] = [block for block in made["blocks"] if block["type"] == "actions"]
    assert [each["value"] for each in row["elements"]] == list(CARD.next_commands)


def test_what_is_typed_on_another_platform_stays_as_it_is_typed_there() -> None:
    made = body(MARKUP.reply("Write there:\n\n```\n/bellhop link 7K3Q\n```\n\nand here `/bellhop help`", "m"))
    assert "/bellhop link 7K3Q" in texts(made)
    assert "`@bellhop help`" in texts(made)


def test_what_has_not_ended_has_a_button_that_stops_it_before_all_others() -> None:
    made = body(MARKUP.card(CARD.model_copy(update={"stop": "/bellhop cancel J-7K3Q"})))
    [row] = [block for block in made["blocks"] if block["type"] == "actions"]
    first = row["elements"][0]
    assert (first["text"]["text"], first["value"], first["style"]) == (
        "Cancel",
        "/bellhop cancel J-7K3Q",
        "danger",
    )


def test_the_mark_is_metadata_that_people_do_not_see() -> None:
    made = body(MARKUP.card(CARD))
    metadata = Metadata(**made["metadata"])
    assert (metadata.event_type, metadata.event_payload["marker"]) == ("bellhop", "bellhop:J-7K3Q")
    assert "bellhop:J-7K3Q" not in texts(made)
    assert json.loads(MARKUP.reply("hello", "bellhop:d1-0"))["metadata"]["event_payload"] == {
        "marker": "bellhop:d1-0"
    }


def test_an_empty_card_is_a_card() -> None:
    made = body(MARKUP.card(Card(job_id="1", handle="J-1", state=CardState.QUEUED, headline="queued")))
    assert len(made["blocks"]) == 1


@pytest.mark.parametrize("size", [1_000, 12_000, 200_000])
def test_a_card_too_long_is_cut_where_it_hurts_least(size: int) -> None:
    long = CARD.model_copy(update={"body": "word " * size, "details": "line\n" * size})
    made = body(MARKUP.card(long))
    assert "J-7K3Q fix" in texts(made)
    assert made["blocks"][-1]["type"] == "actions"
    assert made["metadata"]["event_payload"]["marker"] == "bellhop:J-7K3Q"


@pytest.mark.parametrize("where", ["body", "details", "headline"])
def test_no_secret_leaves(where: str) -> None:
    assert SECRET not in MARKUP.card(CARD.model_copy(update={where: f"it is {SECRET}"}))
    assert SECRET not in MARKUP.reply(f"it is {SECRET}", "m")
    assert SECRET not in MARKUP.question(Picker(id="1", question=SECRET))
    assert SECRET not in MARKUP.page(Page(sections=(Section(title=SECRET, text=SECRET),)))


ACTING = [
    "<!channel>",
    "<!here>",
    "<@U0ADA000001>",
    "<!subteam^S1>",
    "<#C1>",
    "&lt;!channel&gt;",
    "@channel",
    "@here",
]


@pytest.mark.parametrize("words", [*ACTING, "Fixes #1", "/merge", "![](https://evil.example/pixel.png)"])
@pytest.mark.parametrize("form", ["{}", "x {} y", "**{}**", "[{}](https://x.example)", "`{}", "> {}"])
def test_nothing_an_agent_says_acts(words: str, form: str) -> None:
    said = form.format(words)
    for rendered in (
        MARKUP.card(CARD.model_copy(update={"body": said, "state": CardState.FAILED})),
        MARKUP.reply(said, "m"),
    ):
        assert not any(mark in rendered for mark in ("<!", "<@", "<#"))
        assert {block["type"] for block in json.loads(rendered)["blocks"]} <= {
            "section",
            "context",
            "actions",
        }


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=3000), st.text(max_size=300), st.text(max_size=2000))
def test_any_card_and_any_reply_fits(words: str, step: str, details: str) -> None:
    card = CARD.model_copy(update={"body": words, "steps": (CardStep(text=step),), "details": details})
    body(MARKUP.card(card))
    body(MARKUP.reply(words, "m")) if words.strip() else None


def test_what_we_say_is_never_obeyed_when_it_comes_back() -> None:
    for rendered in (
        MARKUP.card(CARD),
        MARKUP.reply("Next: `/bellhop fix it`\n/bellhop fix it\n@bellhop fix it", "m"),
    ):
        made = json.loads(rendered)
        ours = {
            "text": made["text"],
            "blocks": made["blocks"],
            "user": "U0BELLHOP01",
            "bot_id": "B0BELLHOP01",
        }
        found = normalize(delivery(event(**ours)), Own())
        assert isinstance(found, Ignored)
        assert found.disposition is Disposition.IGNORED_SELF
        # Quoted by a person, word by word.
        assert commands(read(event(text=made["text"], blocks=None))) == []
        assert commands(read(event(text=texts(made), blocks=None))) == []


def test_a_question_asks_us_what_to_offer_and_can_remember() -> None:
    made = body(
        MARKUP.question(Picker(id="17", question="Which repository?", remember="remember for #backend"))
    )
    section, tick, select = made["blocks"]
    assert section["text"]["text"] == "Which repository?"
    assert (tick["block_id"], tick["elements"][0]["type"]) == ("bellhop:tick:17", "checkboxes")
    assert (select["block_id"], select["elements"][0]["type"]) == ("bellhop:pick:17", "external_select")
    assert select["elements"][0]["min_query_length"] == 0
    assert "metadata" not in made
    assert len(body(MARKUP.question(Picker(id="17", question="Which?")))["blocks"]) == 2


def test_a_dialog_keeps_its_thread() -> None:
    thread = Thread(source=SourceType.SLACK, kind=ThreadKind.CHANNEL, channel="C1", root="1.2")
    dialog = Dialog(
        id="17", title="What shall be done with this?", question="What?", initial="x" * 9000, thread=thread
    )
    made = json.loads(MARKUP.dialog(dialog))
    View(**made).validate_json()
    check(made["blocks"], 100)
    assert json.loads(made["private_metadata"])["thread"]["root"] == "1.2"
    assert len(made["private_metadata"]) <= 3000
    assert len(made["title"]["text"]) <= 24


def test_a_page_has_headings_words_and_buttons() -> None:
    sections = tuple(
        Section(title=f"Part {n}", text="say *so*", commands=("/bellhop help",)) for n in range(60)
    )
    made = json.loads(MARKUP.page(Page(sections=sections)))
    assert made["type"] == "home"
    assert [block["type"] for block in made["blocks"][:3]] == ["header", "section", "actions"]
    assert len(made["blocks"]) == 100
    View(**made).validate_json()


@pytest.mark.parametrize("given", ["hello <!channel>", '"text"', "[]", "{}", '{"blocks":[]}'])
def test_what_is_none_of_ours_is_said_as_words(given: str) -> None:
    said = spoken(given)
    assert set(said) == {"text"}
    assert "<!" not in said["text"]
