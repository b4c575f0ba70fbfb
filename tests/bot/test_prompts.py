"""A question does not stay on the screen when it is over: something else stands in its place, where that can be."""

from __future__ import annotations

from typing import Any

import pytest

from bot import pending_requests, prompts, questions
from bot.chat import CHOICE, DISMISS, PICKER
from bot.errors import NetworkError
from models.base import now
from models.delivery import Disposition
from models.message import MessageKind, Thread, ThreadKind
from models.picker import Picker
from tests.fakes.chat import ChatBench, channel

DIRECT = channel("5.5", name="D1", kind=ThreadKind.DIRECT)


async def asked(thread: Thread | None = None, **given: Any) -> tuple[ChatBench, Picker]:
    """Somebody who is linked was asked which repository is meant."""
    bench = ChatBench()
    await bench.link()
    said = {"is_direct": True} if thread is DIRECT else {}
    await bench.say(
        "@bellhop fix the till", thread=thread or channel("5.5"), comment_id="5.5", **said | given
    )
    return bench, Picker.model_validate_json(bench.whispers[-1].text)


def shown(bench: ChatBench) -> list[str]:
    """All that was ever whispered, as it reads now."""
    return [each.text for each in bench.whispers]


def said_in_place(bench: ChatBench, thread: Thread) -> str:
    """After a click; in what was reworded before, nothing is left to click in, so it is said beside."""
    return shown(bench)[-1 if thread is DIRECT else 0]


async def test_the_answer_stands_in_the_place_of_the_question() -> None:
    bench, picker = await asked()
    await bench.choose(picker.id, "acme/till")
    [left] = shown(bench)
    assert left.startswith("`acme/till` it is.")


async def test_a_question_that_is_gone_is_answered_beside() -> None:
    bench, picker = await asked()
    fields = {PICKER: picker.id, CHOICE: "acme/till"}
    await bench.click(fields)
    bench.whispers.clear()
    await bench.click(fields)
    [left] = shown(bench)
    assert "that was chosen already" in left


async def test_who_was_not_asked_leaves_the_question_where_it_is() -> None:
    bench, picker = await asked()
    await bench.choose(picker.id, "acme/till", user="U2")
    question, refusal = shown(bench)
    assert Picker.model_validate_json(question).id == picker.id
    assert refusal.startswith("That question is for somebody else.")


async def test_never_mind_takes_the_request_back_for_good() -> None:
    bench, picker = await asked()
    await bench.click({PICKER: picker.id, DISMISS: "yes"})
    assert [text.split(".")[0] for text in shown(bench)] == [
        "Never mind, then: nothing is done about `@bellhop fix the till`"
    ]
    await bench.choose(picker.id, "acme/till")
    await bench.dispatch()
    assert await bench.jobs() == []
    assert bench.whispers[-1].text.startswith("That was taken back.")
    waited = (await bench.deliveries())[-1]
    assert (waited.disposition, waited.detail) == (Disposition.WAITING_REPOSITORY, "its author took it back")


async def test_of_two_requests_in_a_message_one_may_be_taken_back_and_the_other_goes_on() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop fix the till\n@bellhop fix the door")
    till, door = (Picker.model_validate_json(text) for text in shown(bench))
    await bench.click({PICKER: till.id, DISMISS: "yes"})
    await bench.choose(door.id, "acme/shop")
    await bench.dispatch()
    await bench.deliver_answers()
    assert [job.request.text for job in await bench.jobs()] == ["the door"]
    assert len(bench.whispers) == 2, "nothing is asked again"


@pytest.mark.parametrize("thread", [DIRECT, channel("5.5")], ids=["direct", "channel"])
async def test_a_request_that_is_deleted_asks_nothing_any_more(thread: Thread) -> None:
    """What is shown to one person of many cannot be changed without a click of theirs, and nothing is said beside."""
    bench, picker = await asked(thread)
    deleted: dict[str, Any] = {"is_deleted": True, "is_created": False, "comment_id": "5.5", "thread": thread}
    await bench.say("@bellhop fix the till", **deleted)
    [left] = shown(bench)
    assert (prompts.TAKEN_BACK in left) is (thread is DIRECT)
    await bench.choose(picker.id, "acme/till")
    assert said_in_place(bench, thread).startswith("That was taken back.")


@pytest.mark.parametrize("thread", [DIRECT, channel("5.5")], ids=["direct", "channel"])
async def test_past_its_time_a_question_is_over(thread: Thread) -> None:
    bench, picker = await asked(thread)
    bench.storage.clock = lambda: now() + questions.ASKED_FOR
    assert not await pending_requests.expire(bench.services)
    await bench.deliver_answers()
    [left] = shown(bench)
    assert (prompts.TOO_LATE in left) is (thread is DIRECT)
    await bench.choose(picker.id, "acme/till")
    assert said_in_place(bench, thread).startswith("That question is too old.")
    assert await bench.jobs() == []


async def test_a_question_that_is_over_before_it_was_shown_is_not_shown() -> None:
    bench = ChatBench()
    await bench.link()
    bench.chat.failures["whisper"] = [NetworkError("whispering: no answer")]
    said: dict[str, Any] = {"thread": DIRECT, "is_direct": True, "comment_id": "5.5"}
    await bench.say("@bellhop fix the till", **said)
    await bench.say("@bellhop fix the till", **said | {"is_deleted": True, "is_created": False})
    await bench.deliver_answers()
    assert shown(bench) == []


async def unlinked(
    thread: Thread | None = DIRECT, text: str = "fix it repo=acme/shop"
) -> tuple[ChatBench, str]:
    """Somebody unknown asks for something; the code they were told."""
    bench = ChatBench()
    await bench.say(text, thread=thread, is_direct=thread is DIRECT, comment_id="5.5")
    return bench, code_in(bench.whispers[-1].text)


def code_in(text: str) -> str:
    return text.split("/bellhop link ")[1].split()[0]


@pytest.mark.parametrize("text", ["fix it repo=acme/shop", "link"])
async def test_a_code_that_was_used_is_shown_no_more(text: str) -> None:
    bench, code = await unlinked(text=text)
    await bench.comment(f"/bellhop link {code}")
    assert bench.whispers[0].text.startswith("You are @ada on github now")
    assert code not in "".join(shown(bench))


async def test_all_that_waits_for_a_link_is_settled_with_it() -> None:
    bench, code = await unlinked()
    await bench.say("fix more repo=acme/shop", thread=DIRECT, is_direct=True, comment_id="6.6")
    await bench.comment(f"/bellhop link {code}")
    assert [text.startswith("You are @ada on github now") for text in shown(bench)[:2]] == [True, True]
    await bench.dispatch()
    assert len(await bench.jobs()) == 2


async def test_a_newer_code_voids_what_told_the_older_one() -> None:
    bench, code = await unlinked()
    await bench.say("link", thread=DIRECT, is_direct=True, comment_id="6.6")
    old, new = shown(bench)
    assert old.startswith(prompts.NEWER)
    await bench.comment(f"/bellhop link {code}")
    assert await bench.account_of("U1") == ""
    await bench.comment(f"/bellhop link {code_in(new)}")
    assert await bench.account_of("U1") == "101"
    assert shown(bench)[0].startswith(prompts.NEWER), "what was reworded stays"


async def test_a_click_that_asks_who_somebody_is_never_replaces_the_card() -> None:
    """Its address could: that of a click belongs to the message that was clicked in."""
    bench = ChatBench()
    await bench.say(
        "/bellhop status J-7K3Q",
        kind=MessageKind.ACTION,
        thread=channel("2.2"),
        answer_url="https://x.test/c",
    )
    code = code_in(bench.whispers[-1].text)
    bench.chat.calls.clear()
    await bench.comment(f"/bellhop link {code}")
    assert "replace_whisper" in bench.chat.calls
    assert code in shown(bench)[0], "shown to one person of many: it stays"
