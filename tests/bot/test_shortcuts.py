"""A message handed to the bot is a request, never a command; a dialog that is filled in reads like a direct message."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import NotFoundError
from models.delivery import Disposition
from models.identity import Role
from models.job import JobStatus
from models.message import Attachment, MessageKind, ThreadKind
from models.picker import Dialog, Picker
from tests.fakes.chat import ChatBench, channel

URL = "https://hooks.test/1"


async def hand_over(bench: ChatBench, text: str, callback: str = "bellhop:fix", **given: Any) -> None:
    """Somebody uses the shortcut on a message, which may be another's."""
    used = {"kind": MessageKind.ACTION, "fields": {"callback": callback, "author": "U9"}, "answer_url": URL}
    await bench.say(
        "", thread=channel("5.5"), description=text, subject_id="5.5", trigger_id="t", **used | given
    )


async def open_dialog(bench: ChatBench, callback: str = "bellhop:ask") -> None:
    used = {"kind": MessageKind.ACTION, "fields": {"callback": callback}, "trigger_id": "t-1"}
    await bench.say("", thread=alone(), **used)


async def fill_in(bench: ChatBench, text: str, **given: Any) -> None:
    fields = {"dialog": "request", "callback": "bellhop:dialog", "text": text}
    await bench.say("", kind=MessageKind.FORM, thread=alone(), fields=fields, **given)


def alone() -> Any:
    return channel("", name="U1", kind=ThreadKind.DIRECT)


async def linked() -> ChatBench:
    bench = ChatBench()
    await bench.link()
    return bench


async def test_a_message_that_is_handed_over_is_asked_about_and_worked_on() -> None:
    bench = await linked()
    await hand_over(bench, "The till drops coins.\nEvery second one.")
    picker = Picker.model_validate_json(bench.whispers[-1].text)
    assert "The till drops coins." in picker.question
    assert bench.whispers[-1].answer_url == URL
    await bench.choose(picker.id, "acme/till")
    await bench.choose(picker.id, "acme/till")
    await bench.dispatch()
    [job] = await bench.jobs()
    assert (job.request.verb, job.request.text) == ("fix", "The till drops coins.\nEvery second one.")
    assert job.place is not None
    assert job.place.repository == "acme/till"
    assert job.context is not None
    assert job.context.thread is not None
    assert job.context.thread.root == "5.5", "its card stands below that message"


@pytest.mark.parametrize("words", ["cancel {handle}", "@bellhop cancel {handle}", "/bellhop cancel {handle}"])
async def test_anothers_words_are_no_command(words: str) -> None:
    bench = await linked()
    await bench.say("@bellhop repo set acme/shop")
    await bench.say("@bellhop fix it")
    [job] = await bench.jobs()
    await hand_over(bench, words.format(handle=job.handle))
    jobs = await bench.jobs()
    assert len(jobs) == 2
    assert {each.status for each in jobs} == {JobStatus.QUEUED}


async def test_it_runs_with_the_rights_of_whoever_hands_it_over() -> None:
    bench = await linked()
    await bench.say("@bellhop repo set acme/shop")
    bench.forge.roles["ada"] = Role.READ
    await hand_over(bench, "Do it")
    assert await bench.jobs() == []
    assert "needs write on acme/shop" in bench.whispers[-1].text
    await hand_over(bench, "Do it", user="U2")
    assert (await bench.dispositions())[-1] is Disposition.WAITING_LINK


async def test_a_stranger_hands_nothing_over() -> None:
    bench = await linked()
    await hand_over(bench, "Do it", is_stranger=True)
    assert await bench.jobs() == []
    assert "another organization" in bench.whispers[-1].text


async def test_a_message_without_words_is_handed_over_too() -> None:
    bench = await linked()
    await bench.say("@bellhop repo set acme/shop")
    await hand_over(bench, "", files=(Attachment(id="F1", name="log.txt"),))
    assert len(await bench.jobs()) == 1


async def test_the_same_delivery_again_makes_no_other_job() -> None:
    bench = await linked()
    await bench.say("@bellhop repo set acme/shop")
    for _ in range(2):
        await hand_over(bench, "Do it", comment_id="trigger-1")
    assert len(await bench.jobs()) == 1
    assert (await bench.dispositions())[-1] is Disposition.DUPLICATE


async def test_a_shortcut_of_another_verb_asks() -> None:
    bench = await linked()
    await bench.say("@bellhop repo set acme/shop")
    await hand_over(bench, "Why is it slow?", callback="bellhop:ask")
    await hand_over(bench, "And this?", callback="cancel")
    assert [job.request.verb for job in await bench.jobs()] == ["fix", "ask"], "what takes no words is none"


async def test_a_shortcut_on_nothing_opens_a_dialog() -> None:
    bench = await linked()
    await open_dialog(bench)
    [dialog] = [Dialog.model_validate_json(each) for each in bench.chat.dialogs]
    assert dialog.thread is not None
    assert dialog.thread.channel == "U1"
    assert await bench.dispositions() == [Disposition.ANSWERED]
    assert bench.whispers == []


async def test_a_dialog_that_cannot_be_opened_any_more_is_told() -> None:
    bench = await linked()
    bench.chat.failures["open_dialog"] = [NotFoundError("opening a dialog: expired_trigger_id")]
    await open_dialog(bench)
    [whisper] = bench.whispers
    assert "Write here" in whisper.text
    [told] = await bench.deliveries()
    assert (told.disposition, told.detail) == (Disposition.ANSWERED, "opening a dialog: expired_trigger_id")


async def test_what_is_filled_in_is_read_like_a_direct_message() -> None:
    bench = await linked()
    await fill_in(bench, "mend the till repo=acme/till")
    [job] = await bench.jobs()
    assert (job.request.verb, job.request.text) == ("fix", "mend the till")
    await fill_in(bench, f"cancel {job.handle}")
    [job] = await bench.jobs()
    assert job.status is JobStatus.CANCELLED
    assert bench.whispers[-1].audience == "U1"


async def test_an_empty_dialog_asks_for_nothing() -> None:
    bench = await linked()
    await fill_in(bench, "  ")
    assert await bench.jobs() == []
    assert await bench.dispositions() == [Disposition.IGNORED_NOT_ADDRESSED]
