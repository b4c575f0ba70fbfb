"""What is long is read and written up before the transaction in which it is answered: everybody else waits for that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot import cards, drafts
from bot.ports import UnitOfWork
from bot.run import Run
from models.job import JobEvent, JobEventType
from tests.fakes.chat import ChatBench, channel
from tests.fakes.memory_lists import JobLists

HERE = channel("1.1")


class Watched:
    """What is done while a transaction that may write is open."""

    def __init__(self, bench: ChatBench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_open = False
        self.before: list[str] = []
        self.within: list[str] = []
        self._begin = bench.storage.begin
        monkeypatch.setattr(bench.storage, "begin", self._watch)
        self._note(monkeypatch, drafts, "mask")
        self._note(monkeypatch, cards, "draw")
        self._note(monkeypatch, bench.chat, "parts")

    @asynccontextmanager
    async def _watch(self, **given: Any) -> AsyncIterator[UnitOfWork]:
        async with self._begin(**given) as work:
            self.is_open = True
            try:
                yield work
            finally:
                self.is_open = False

    def _note(self, monkeypatch: pytest.MonkeyPatch, home: Any, name: str) -> None:
        real = getattr(home, name)

        def noted(*given: Any) -> Any:
            (self.within if self.is_open else self.before).append(name)
            return real(*given)

        monkeypatch.setattr(home, name, noted)


async def worked(lines: int = 1, silent: int = 0) -> tuple[ChatBench, str]:
    """A job that was asked for here, and wrote that much."""
    bench = ChatBench()
    await bench.link()
    bench.chat.context_fields = {"thread": HERE, "issue_key": HERE.name}
    await bench.say("@bellhop fix it repo=acme/shop", thread=HERE)
    [job] = await bench.jobs()
    async with bench.storage.begin() as work:
        claimed = await work.jobs.claim(job.id, "w", 60)
    assert claimed is not None
    run = Run(bench.services, claimed, "w")
    for number in range(lines):
        for _ in range(silent if lines - number == 5 else 0):
            run.event(JobEventType.LOG, "")
        run.event(JobEventType.LOG, f"line {number} of many that are written")
    await run.flush()
    return bench, job.handle


async def answer_unsent(monkeypatch: pytest.MonkeyPatch, bench: ChatBench, text: str) -> None:
    """As far as the outbox."""

    async def nothing() -> None:
        return

    monkeypatch.setattr(bench, "deliver_answers", nothing)
    await bench.say(text, thread=HERE)


@pytest.mark.parametrize("lines", [1, 300])
async def test_a_log_is_written_up_before_the_transaction(
    monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    bench, handle = await worked(lines)
    watched = Watched(bench, monkeypatch)
    await answer_unsent(monkeypatch, bench, f"@bellhop logs {handle} -n 300")
    assert watched.within == []
    assert {"mask", "parts"} <= set(watched.before)
    await ChatBench.deliver_answers(bench)
    shown = [file.content for _, file in bench.chat.uploads] if lines > 1 else bench.posts
    assert f"line {lines - 1} of many" in shown[-1]


async def test_how_a_job_stands_is_written_up_before_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, handle = await worked()
    watched = Watched(bench, monkeypatch)
    await answer_unsent(monkeypatch, bench, f"@bellhop status {handle}")
    assert watched.within == []
    assert set(watched.before) == {"draw", "mask", "parts"}
    await ChatBench.deliver_answers(bench)
    assert handle in bench.posts[-1]


async def test_what_the_same_message_changed_is_told_as_it_is_now() -> None:
    bench, handle = await worked()
    await bench.say(f"@bellhop cancel {handle}\n@bellhop status {handle}", thread=HERE)
    assert any(f"{handle} is being stopped" in each and "card" in each for each in bench.posts)


@pytest.mark.parametrize(("wanted", "reads"), [(5, 1), (500, 1), (200, 2)])
async def test_only_as_much_of_a_log_is_read_as_is_shown(
    monkeypatch: pytest.MonkeyPatch, wanted: int, reads: int
) -> None:
    """Where events without words are among the newest, all are read: so many lines there are."""
    bench, handle = await worked(300, silent=150)
    read: list[int] = []
    real = JobLists.get_events_since

    async def noted(rows: JobLists, job_id: str, since: int) -> list[JobEvent]:
        found = await real(rows, job_id, since)
        read.append(len(found))
        return found

    monkeypatch.setattr(JobLists, "get_events_since", noted)
    await bench.say(f"@bellhop logs {handle} -n {wanted}", thread=HERE)
    assert len(read) == reads
    assert read[0] <= wanted
