"""Every answer ends with the next command to copy, whatever was asked and however it went."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from bot import conversation
from bot.commands import COMMANDS
from models.identity import Role
from models.job import JobStatus
from tests.bot.bench import Shop, card

ID = "{id}"
#: What is said -> the situation it is said in. `{id}` is the handle of the first job there.
SAID: dict[str, str] = {
    "/bellhop": "nothing",
    "/bellhop help": "queued",
    "/bellhop help fix": "nothing",
    "/bellhop help cancel": "nothing",
    "/bellhop help jobs": "a reader",
    "/bellhop ask": "nothing",
    "/bellhop fix agent=nobody": "nothing",
    "/bellhop fix pr=maybe": "nothing",
    "/bellhop fix repo=acme/other": "nothing",
    "/bellhop fix budget=2": "nothing",
    "/bellhop fix --model": "nothing",
    "/bellhop fix branch=other": "done",
    "/bellhop fix pr=ready": "done",
    "/bellhop fix": "limited",
    "/bellhop new": "a fork",
    "/bellhop ask what is it?": "a reader",
    "/bellhop jobs": "nothing",
    "/bellhop jobs --all": "done",
    "/bellhop jobs --mine": "a reader",
    "/bellhop jobs --here": "queued",
    "/bellhop status": "nothing",
    "/bellhop status J-ZZZZ": "nothing",
    "/bellhop status {id}": "queued",
    "/bellhop status {id} ": "done",
    "/bellhop status  {id}": "cancelled",
    "/bellhop status {id}  ": "stopping",
    "/bellhop  status": "failed",
    "/bellhop logs": "nothing",
    "/bellhop logs {id}": "queued",
    "/bellhop logs {id} ": "done",
    "/bellhop logs -n 0": "done",
    "/bellhop cancel": "nothing",
    "/bellhop cancel ": "queued",
    "/bellhop cancel  ": "two queued",
    "/bellhop cancel {id}": "done",
    "/bellhop cancel {id} ": "stopping",
    "/bellhop cancel {short}": "queued",
    "/bellhop stop": "running",
    "/bellhop retry": "nothing",
    "/bellhop retry {id}": "queued",
    "/bellhop retry {short}": "done",
    "/bellhop link": "nothing",
    "/bellhop link 0000000000": "nothing",
    "/bellhop unlink": "nothing",
    "/bellhop repo": "nothing",
    "/bellhop subscribe acme/shop": "nothing",
    "/bellhop subscribe": "a reader",
    "/bellhop unsubscribe": "nothing",
    "/bellhop undo": "nothing",
    "/bellhop undo {id}": "queued",
    "/bellhop undo {id} ": "cancelled",
    "/bellhop undo {id}  ": "undone",
    "/bellhop undo J-ZZZZ": "nothing",
    "/bellhop whoami": "a reader",
    "/bellhop why": "nothing",
    "/bellhop why ": "done",
    "/bellhop why https://git.example/x/y/issues/1": "done",
    "/bellhop ping": "nothing",
    "/bellhop version": "nothing",
    "/bellhop logs ": "a reader",
    "/bellhop cancle": "nothing",
    "/bellhop frobnicate the thing": "nothing",
    "/bellhop help nosuchverb": "nothing",
    "\n".join(["/bellhop ping"] * 7): "nothing",
}
ENDS_WITH_A_COMMAND = re.compile(r"`/bellhop [^`\n]+`[^`\n]*$")


async def ended(shop: Shop, status: JobStatus) -> None:
    if status is JobStatus.FAILED:
        shop.platform.repository_fields = {"is_archived": True}
    job = await shop.accept("@bellhop fix", comment_id="1")
    await shop.work(job)
    shop.platform.repository_fields = {}


async def nothing(shop: Shop) -> None:
    return


async def done(shop: Shop) -> None:
    await ended(shop, JobStatus.COMPLETED)


async def failed(shop: Shop) -> None:
    await ended(shop, JobStatus.FAILED)


async def queued(shop: Shop) -> None:
    await shop.accept("@bellhop fix", comment_id="1")


async def two_queued(shop: Shop) -> None:
    await queued(shop)
    await shop.accept("@bellhop fix it too", comment_id="2")


async def running(shop: Shop) -> None:
    job = await shop.accept("@bellhop fix", comment_id="1")
    async with shop.storage.begin() as work:
        await work.jobs.claim(job.id, "worker", 60.0)


async def stopping(shop: Shop) -> None:
    await running(shop)
    await shop.cancel((await shop.jobs())[0])


async def cancelled(shop: Shop) -> None:
    await queued(shop)
    await shop.cancel((await shop.jobs())[0])


async def undone(shop: Shop) -> None:
    await done(shop)
    first = (await shop.jobs())[0]
    await shop.ask(f"/bellhop undo {first.handle}", comment_id="2")


async def reader(shop: Shop) -> None:
    shop.platform.default_role = Role.READ


async def fork(shop: Shop) -> None:
    shop.platform.context_fields = {"pull_number": 42, "is_fork": True}


SITUATIONS: dict[str, Callable[[Shop], Awaitable[None]]] = {
    "nothing": nothing,
    "done": done,
    "failed": failed,
    "queued": queued,
    "two queued": two_queued,
    "limited": two_queued,
    "running": running,
    "stopping": stopping,
    "cancelled": cancelled,
    "undone": undone,
    "a reader": reader,
    "a fork": fork,
}


@pytest.mark.parametrize(("text", "situation"), SAID.items())
async def test_an_answer_ends_with_what_to_type_next(text: str, situation: str) -> None:
    shop = Shop(max_jobs_per_person=2)
    await SITUATIONS[situation](shop)
    jobs = await shop.jobs()
    handle = jobs[-1].handle if jobs else ""
    before = len(shop.answers)
    await shop.hear(text.replace(ID, handle).replace("{short}", handle[:5]), comment_id="999")
    answers = shop.answers[before:]
    assert answers, text
    assert len(await shop.jobs()) == len(jobs)
    for answer in answers:
        said = answer.partition("\n<!-- ")[0].strip()
        assert ENDS_WITH_A_COMMAND.search(said.splitlines()[-1]), said


def test_each_verb_that_answers_is_among_them() -> None:
    assert {line.split()[1] for line in SAID if len(line.split()) > 1} >= set(COMMANDS)


@pytest.mark.parametrize(
    "situation", ["done", "failed", "queued", "running", "stopping", "cancelled", "undone"]
)
async def test_a_card_says_what_to_type_next(situation: str) -> None:
    shop = Shop()
    await SITUATIONS[situation](shop)
    for job in await shop.jobs():
        drawn = card(job)
        assert drawn.next_commands or ENDS_WITH_A_COMMAND.search(drawn.headline), drawn


def test_an_apology_ends_so_too() -> None:
    assert ENDS_WITH_A_COMMAND.search(conversation.APOLOGY.format(detail="x", slash="/bellhop"))
