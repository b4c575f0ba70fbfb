"""Whatever is said, each message is within Slack's limits, and together they say all of it."""

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.platforms.slack import blocks, lengths
from adapters.platforms.slack.markup import Markup
from models.card import Card, CardStep
from tests.adapters.platforms.slack.test_markup import CARD, SECRET, check

MARKUP = Markup("bellhop", (SECRET,))
FAMILY = "👨‍👩‍👧"
PIECES = [
    *(
        "word",
        "x" * 500,
        "<!channel>",
        "<@U0123ABC>",
        "a & b",
        "&" * 300,
        FAMILY * 40,
        "[a](https://x.example/y)",
    ),
    *("`code`", "- item", "> quote", "|a|b|\n|-|-|\n|1|2|", "/bellhop ping", "@here", "é" * 300),
]
long_texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=120).flatmap(
    lambda pieces: st.sampled_from([" ", "\n", "\n\n", "\n\n```py\nx < 1 & y\n```\n\n"]).map(
        lambda gap: gap.join(pieces)
    )
)


def shown(rendered: str) -> list[str]:
    """The sections of a message, which is within the limits."""
    made: list[dict[str, Any]] = json.loads(rendered)["blocks"]
    check(made)
    texts = [block["text"]["text"] for block in made if block["type"] == "section"]
    assert sum(map(blocks.size, texts)) <= blocks.LONGEST_TOGETHER
    for text in texts:
        assert blocks.size(text) <= 3000
        assert text.count("```") % 2 == 0
        assert not re.search(r"&(?!amp;|lt;|gt;)|<(?!https://x\.example/y\|a>)", text), "an entity was cut"
        text.encode("utf-16")
    return texts


def bare(text: str) -> str:
    """What a person reads of it, without what marks and breaks it."""
    return re.sub(r"[\s\u200b`>•*]|py\b", "", text.replace("&gt;", "").replace("<https://x.example/y|a", "a"))


@settings(max_examples=40, deadline=None)
@given(long_texts)
@example("&" * 30_000)
@example("```py\n" + "x < y && z\n" * 3000 + "```")
@example("- one\n" * 5000)
@example(FAMILY * 4000)
def test_the_parts_of_an_answer_are_each_a_message_and_together_all_of_it(text: str) -> None:
    parts = lengths.parts(text, MARKUP.secrets, 200)
    said = ["".join(shown(MARKUP.reply(part, "m"))) for part in parts]
    # What is said in one message without any limit is what is said in all of them.
    whole = blocks._packed(blocks.mrkdwn.pieces(lengths.harmless(MARKUP._addressed(text), MARKUP.secrets)))
    assert bare("".join(said)) == bare("".join(whole))
    assert "…" not in "".join(said)


@settings(max_examples=30, deadline=None)
@given(long_texts)
@example("&" * 30_000)
def test_a_card_and_what_follows_it_say_all_of_an_answer(text: str) -> None:
    card = Card(job_id="1", handle="J-7K3Q", state="answered", headline="✅ J-7K3Q", body=text, marker="m")
    fitted, rest = lengths.fitted(MARKUP, card, 200)
    first = "".join(shown(MARKUP.card(fitted))[1:])
    said = first + "".join("".join(shown(MARKUP.reply(part, "m"))) for part in rest)
    whole = blocks._packed(blocks.mrkdwn.pieces(lengths.harmless(text, MARKUP.secrets)))
    assert bare(said) == bare("".join(whole))


def test_what_is_short_is_one_message_as_it_is() -> None:
    assert lengths.parts("pong", (), 5) == ["pong"]
    assert lengths.fitted(MARKUP, CARD, 5) == (CARD, [])


def test_code_goes_on_as_code_in_the_next_message() -> None:
    text = "Look:\n\n```python\n" + "print('hello')\n" * 2000 + "```\n\nThat is all."
    first, second, *_ = lengths.parts(text, (), 5)
    assert first.endswith("print('hello')\n```")
    assert second.startswith("```python\nprint('hello')\n")


def test_no_more_parts_than_wanted_are_made() -> None:
    assert len(lengths.parts("word " * 100_000, (), 5)) == 5


def test_a_secret_where_a_message_ends_is_not_told_by_halves() -> None:
    for before in range(11_560, 11_610, 5):
        text = "x" * before + f" {SECRET} " + "y" * 12_000
        masked = lengths.parts(lengths.mask(text, (SECRET,)), (SECRET,), 5)
        said = "".join("".join(shown(MARKUP.reply(part, ""))) for part in masked)
        assert "hunter2" not in said


def test_a_card_full_of_steps_leaves_its_words_to_the_next_message() -> None:
    steps = tuple(CardStep(text="&" * 300, is_done=True) for _ in range(12))
    card = CARD.model_copy(
        update={"steps": steps, "headline": "&" * 900, "details": "&" * 3000, "body": "word " * 900}
    )
    fitted, rest = lengths.fitted(MARKUP, card, 5)
    shown(MARKUP.card(fitted))
    assert (fitted.body + "".join(rest)).count("word") == 900


@pytest.mark.parametrize(("details", "is_hidden"), [("short", False), ("x\n" * 2000, True)])
def test_a_card_that_shows_the_end_of_its_output_alone_is_known(details: str, is_hidden: bool) -> None:
    card = CARD.model_copy(update={"details": details})
    assert lengths.hides_output(card, ()) is is_hidden


@pytest.mark.parametrize("letter", [FAMILY, "👍🏽", "🇩🇪", "e\u0301", "&", "𝒳"])
def test_no_section_ends_within_a_letter(letter: str) -> None:
    for before in range(8):
        said = shown(MARKUP.reply("x" * before + letter * 1300, "m"))
        escaped = letter.replace("&", "&amp;")
        assert all(re.fullmatch(f"x*(?:{escaped})+…?", text) for text in said)
