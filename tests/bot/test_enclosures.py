"""Long output: in several messages or as a file, once, in order, masked, and never where more people read it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.command import Ask, Said
from bot.commands import COMMANDS
from bot.enclosures import MOST_FILE_BYTES, capped
from bot.errors import AuthenticationError, NetworkError, NotFoundError
from bot.ports import UnitOfWork
from models.base import now
from models.job import Failure, Job, JobResult, JobStatus
from models.message import MessageKind, ThreadKind
from models.outbox import OutboxState
from tests.fakes.chat import LONGEST, ChatBench, channel
from tests.fakes.logging_job import log
from tests.fakes.storage import MemoryStorage

LINES = [f"line {number} of a long story" for number in range(300)]
TOKEN = "ghp_" + "A" * 36


async def with_job(*lines: str) -> tuple[ChatBench, Job]:
    """Asked for in a thread of a channel, at work."""
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop fix repo=acme/shop", thread=channel("1.1"))
    [job] = await bench.jobs()
    claimed = await log(bench, job, *lines)
    await bench.deliver_answers()
    return bench, claimed


async def end(bench: ChatBench, job: Job, answer: str = "", output: str = "") -> None:
    async with bench.storage.begin() as work:
        if output:
            detail = f"1 of 1 checks fail\n{output}"
            await work.jobs.settle(job.id, 1, JobStatus.FAILED, failure=Failure.CHECKS, detail=detail)
        else:
            result = JobResult(result="answered", explanation=answer)
            await work.jobs.settle(job.id, 1, JobStatus.COMPLETED, result=result)
        await work.outbox.want(job.id, is_urgent=True)
    make_all_due(bench.storage)
    await bench.deliver_answers()


def make_all_due(storage: MemoryStorage) -> None:
    rows, earlier = storage._memory.outbox, now() - timedelta(minutes=10)
    for key, row in list(rows.items()):
        rows[key] = row.model_copy(update={"due_at": earlier, "lease_until": None})


async def test_a_long_log_is_a_file_in_the_thread_and_masked() -> None:
    bench, job = await with_job(*LINES, f"cloning with {TOKEN}")
    await bench.say("@bellhop logs -n 500", thread=channel("1.1"))
    [(where, file)] = bench.chat.uploads
    assert (where.channel, where.root) == ("C1", "1.1")
    assert all(line in file.content for line in LINES)
    assert TOKEN not in file.content
    assert file.title == f"{job.handle}.log"
    assert file.words.startswith(f"Last 301 lines of {job.handle}")
    assert not any("line 7 of" in post for post in bench.posts)


async def test_a_short_log_stands_in_the_message() -> None:
    bench, _ = await with_job(*LINES)
    await bench.say("@bellhop logs -n 5", thread=channel("1.1"))
    assert "```\n" in bench.posts[-1]
    assert "line 299 of" in bench.posts[-1]
    assert bench.chat.uploads == []


async def test_on_a_forge_a_log_is_a_comment_as_it_was() -> None:
    bench, job = await with_job(*LINES)
    await bench.comment(f"/bellhop logs {job.handle} -n 500")
    assert "line 0 of" in bench.comments[-1]
    assert "line 299 of" in bench.comments[-1]
    assert bench.chat.uploads == []


async def test_a_private_log_goes_to_the_person_alone_and_they_are_told_where_they_asked() -> None:
    bench, job = await with_job(*LINES)
    await bench.say(f"/bellhop logs {job.handle} -n 500", thread=channel(), kind=MessageKind.SLASH)
    [(where, _)] = bench.chat.uploads
    assert (where.channel, where.root, where.kind) == ("U1", "", ThreadKind.DIRECT)
    [told] = bench.whispers
    assert told.audience == "U1"
    assert "direct message" in told.text
    assert "line 299 of" not in "\n".join(bench.posts)


async def test_alone_with_the_bot_it_is_one_message() -> None:
    bench, job = await with_job(*LINES)
    alone = channel("", "D1", ThreadKind.DIRECT)
    await bench.say(f"logs {job.handle} -n 500", thread=alone, is_direct=True)
    [(where, file)] = bench.chat.uploads
    assert where == alone
    assert file.words.startswith("Last 300 lines")
    assert bench.whispers == []


async def test_after_a_lost_answer_the_file_is_found_and_not_sent_twice() -> None:
    bench, _ = await with_job(*LINES)
    bench.chat.lost_answers["upload"] = [NetworkError("uploading a file: the connection broke")]
    await bench.say("@bellhop logs -n 500", thread=channel("1.1"))
    make_all_due(bench.storage)
    await bench.deliver_answers()
    assert len(bench.chat.uploads) == 1
    assert {row.state for row in bench.storage._memory.outbox.values()} == {OutboxState.DONE}


async def test_a_private_file_is_found_again_where_it_went() -> None:
    bench, job = await with_job(*LINES)
    bench.chat.lost_answers["upload"] = [NetworkError("uploading a file: the connection broke")]
    await bench.say(f"/bellhop logs {job.handle} -n 500", thread=channel(), kind=MessageKind.SLASH)
    make_all_due(bench.storage)
    await bench.deliver_answers()
    assert len(bench.chat.uploads) == 1


async def test_where_no_files_are_taken_its_end_is_said_with_the_reason_once() -> None:
    bench, _ = await with_job(*LINES)
    bench.chat.refuses_files = True
    bench.chat.lost_answers["post"] = [NetworkError("posting: the connection broke")]
    before = len(bench.posts)
    await bench.say("@bellhop logs -n 500", thread=channel("1.1"))
    make_all_due(bench.storage)
    await bench.deliver_answers()
    [said] = bench.posts[before:]
    assert "line 299 of" in said
    assert "line 0 of" not in said
    assert "files are not taken here" in said


@pytest.mark.parametrize(
    "error",
    [NotFoundError("opening: users_not_found"), AuthenticationError("opening: no", is_forbidden=True)],
)
async def test_who_cannot_be_written_to_alone_gets_its_end_where_they_asked(error: Exception) -> None:
    bench, job = await with_job(*LINES)
    bench.chat.failures["upload"] = [error]  # type: ignore[list-item]
    await bench.say(f"/bellhop logs {job.handle} -n 500", thread=channel(), kind=MessageKind.SLASH)
    assert "line 299 of" in bench.whispers[-1].text
    assert "line 299 of" not in "\n".join(bench.posts)


async def test_a_place_that_cannot_be_written_to_is_told_to_whoever_asked() -> None:
    bench, _ = await with_job(*LINES)
    bench.chat.failures["upload"] = [NotFoundError("uploading a file: channel_not_found")]
    await bench.say("@bellhop logs -n 500", thread=channel("1.1"))
    assert "could not answer where you asked" in bench.whispers[-1].text
    assert "/invite" in bench.whispers[-1].text


async def test_a_long_answer_follows_its_card_in_order_and_nothing_of_it_is_lost() -> None:
    bench, job = await with_job()
    answer = "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(20))
    await end(bench, job, answer)
    said = "".join(bench.posts[-4:])
    places = [said.index(f"Paragraph {number}.") for number in range(20)]
    assert places == sorted(places)
    assert all(len(post) < LONGEST + 500 for post in bench.posts)
    assert bench.chat.uploads == []


async def test_the_parts_of_an_answer_survive_lost_answers_in_order_and_once() -> None:
    bench, job = await with_job()
    broken = [NetworkError("posting: the connection broke"), NetworkError("posting: it broke again")]
    bench.chat.lost_answers["post"] = list(broken)
    await end(bench, job, "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(20)))
    for _ in range(6):
        make_all_due(bench.storage)
        await bench.deliver_answers()
    said = "".join(bench.posts)
    places = [said.index(f"Paragraph {number}.") for number in range(20)]
    assert places == sorted(places)
    assert all(said.count(f"Paragraph {number}.") == 1 for number in range(20))


async def test_what_would_be_too_many_messages_is_a_file() -> None:
    bench, job = await with_job()
    answer = "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(60))
    await end(bench, job, answer)
    [(where, file)] = bench.chat.uploads
    assert where.root == "1.1"
    assert file.content == answer
    assert file.name.endswith(".md")
    make_all_due(bench.storage)
    await bench.deliver_answers()
    assert len(bench.chat.uploads) == 1


async def test_the_output_of_failing_checks_is_a_file_when_the_card_shows_its_end_alone() -> None:
    bench, job = await with_job()
    await end(bench, job, output="\n".join(["first"] + ["E   assert 1 == 2"] * 400 + [TOKEN, "last"]))
    [(_, file)] = bench.chat.uploads
    assert file.content.startswith("first\n")
    assert file.content.endswith("last")
    assert TOKEN not in file.content


async def test_short_answers_and_outputs_are_the_card_alone() -> None:
    bench, job = await with_job()
    before = len(bench.posts)
    await end(bench, job, "Short.")
    assert len(bench.posts) == before
    assert bench.chat.uploads == []


async def test_of_what_is_larger_than_a_file_it_is_said_what_was_left_out() -> None:
    content = "\n".join(f"{number:07} " + "é" * 80 for number in itertools.islice(itertools.count(), 9000))
    kept = capped(content, "log")
    head, _, rest = kept.partition("\n")
    assert len(kept.encode()) <= MOST_FILE_BYTES
    left = 9000 - len(rest.splitlines())
    assert abs(int(head.split()[0].strip("[").replace(",", "")) - left) <= 1
    assert rest.endswith(content[-80:])
    first = capped(content, "md")
    assert len(first.encode()) <= MOST_FILE_BYTES
    assert first.startswith("0000000 ")
    assert "left out" in first.splitlines()[-1]


def test_what_fits_is_left_as_it_is() -> None:
    assert capped("one\ntwo", "log") == "one\ntwo"


async def answered(monkeypatch: pytest.MonkeyPatch, text: str, **fields: Any) -> ChatBench:
    """Somebody asked something whose answer is that long."""

    async def run(work: UnitOfWork, ask: Ask) -> Said:
        return Said(text=text)

    monkeypatch.setitem(COMMANDS, "ping", replace(COMMANDS["ping"], run=run))  # type: ignore[arg-type]
    bench = ChatBench()
    await bench.say("@bellhop ping", **{"thread": channel("1.1"), **fields})
    return bench


def in_order(said: str, most: int) -> bool:
    places = [said.index(f"Paragraph {number}.") for number in range(most)]
    once = all(said.count(f"Paragraph {number}.") == 1 for number in range(most))
    return places == sorted(places) and once


async def test_a_long_reply_goes_on_in_the_next_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(15))
    bench = await answered(monkeypatch, text)
    assert len(bench.posts) > 2
    assert in_order("".join(bench.posts), 15)


async def test_a_long_private_reply_is_whispered_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(15))
    bench = await answered(monkeypatch, text, kind=MessageKind.SLASH)
    assert bench.posts == []
    assert {told.audience for told in bench.whispers} == {"U1"}
    assert in_order("".join(told.text for told in bench.whispers), 15)


async def test_a_reply_of_too_many_messages_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(60))
    bench = await answered(monkeypatch, text)
    [(where, file)] = bench.chat.uploads
    assert (where.root, file.content) == ("1.1", text)
    assert bench.posts == []


async def test_a_secret_is_masked_before_a_reply_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = await answered(monkeypatch, "x" * (LONGEST - 20) + f" {TOKEN} " + "word " * 500)
    assert len(bench.posts) == 2
    assert "AAAAAAAA" not in "".join(bench.posts)
