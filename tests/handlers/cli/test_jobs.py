"""`bellhop jobs`: what was asked for, how it stands, and an end to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.cli import jobs, parser
from models.job import Job, JobEvent, JobStatus
from tests.fakes.services import Bench


async def run(bench: Bench, line: str) -> int:
    """The command line, from its words to its exit code."""
    return await jobs.run(bench.services, parser.build().parse_args(["jobs", *line.split()]))


async def asked(bench: Bench, number: int = 42) -> Job:
    """A job that a person asked for."""
    await bench.hear("@bellhop fix it", comment_id=str(number), number=number)
    return (await bench.jobs())[0]


async def started(bench: Bench, job: Job, *events: JobEvent) -> None:
    """The job is claimed by a worker, who tells of it."""
    async with bench.storage.begin() as work:
        claimed = await work.jobs.claim(job.id, "worker", 60)
        assert claimed is not None
        await work.jobs.add_events(job.id, claimed.attempt, events)


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """What was printed, as JSON."""
    return json.loads(capsys.readouterr().out)


async def test_jobs_are_listed_newest_first(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = await asked(bench, 1), await asked(bench, 2)
    assert await run(bench, "list") == 0
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split()[:3] == ["handle", "kind", "status"]
    assert [row.split()[0] for row in rows] == [second.handle, first.handle]
    assert heading.split()[-1] == "id"
    assert [row.split()[-1] for row in rows] == [second.id, first.id]


async def test_a_listed_job_has_what_is_promised(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    job = await asked(bench)
    assert await run(bench, "list --json --limit 5") == 0
    [row] = told(capsys)
    wanted = {"id", "kind", "status", "attempt", "requester", "thread"}
    assert wanted <= set(row)
    assert (row["id"], row["requester"], row["thread"]) == (job.id, "ana", "acme/shop#42")


async def test_a_listing_is_limited_and_of_one_repository(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        await asked(bench, number + 1)
    assert await run(bench, "list --json --limit 2") == 0
    assert len(told(capsys)) == 2
    assert await run(bench, "list --json --repository acme/shop") == 0
    assert len(told(capsys)) == 3
    assert await run(bench, "list --json --repository acme/api") == 0
    assert told(capsys) == []


async def test_a_job_is_shown_by_handle_its_beginning_any_case_or_id(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    job = await asked(bench)
    bare = job.handle.removeprefix("J-")
    for typed in (job.handle, job.handle.lower(), bare, bare[:2], job.id):
        assert await run(bench, f"show {typed} --json") == 0
        assert told(capsys)["id"] == job.id


async def test_a_job_is_shown_with_its_events_and_as_a_resolver_job(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    job = await asked(bench)
    await started(bench, job, JobEvent(type="log", data="collecting \x1b[2J\nfake line"))
    assert await run(bench, f"show {job.handle} --json") == 0
    shown = told(capsys)
    assert [event["data"] for event in shown["events"] if event["type"] == "log"] == [
        "collecting \x1b[2J\nfake line"
    ]
    view = shown["resolver_job"]
    assert (view["owner"], view["repo"], view["issue_number"]) == ("acme", "shop", 42)
    assert "installation_token" not in view
    assert await run(bench, f"show {job.handle}") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert [line for line in out.splitlines() if line.startswith("fake")] == []
    assert "log      collecting" in out


@pytest.mark.parametrize("line", ["show J-ZZZZ", "cancel J-ZZZZ", "show J-ZZZZ --json"])
async def test_an_unknown_id_ends_with_1_and_a_line(
    bench: Bench, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    await asked(bench)
    assert await run(bench, line) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "no job J-ZZZZ\n")


async def test_an_unknown_uuid_ends_with_1_and_a_line(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = "550e8400-e29b-41d4-a716-446655440000"
    assert await run(bench, f"show {typed}") == 1
    assert capsys.readouterr().err == f"no job {typed}\n"


async def test_a_beginning_that_two_jobs_share_lists_both(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = await asked(bench, 1), await asked(bench, 2)
    assert await run(bench, "show J-") == 1
    error = capsys.readouterr().err
    assert first.handle in error
    assert second.handle in error


async def test_a_queued_job_is_cancelled_at_once_and_says_so_where_it_was_asked(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    job = await asked(bench)
    assert await run(bench, f"cancel {job.handle}") == 0
    assert capsys.readouterr().out == f"{job.handle} is cancelled\n"
    assert (await bench.jobs())[0].status is JobStatus.CANCELLED
    await bench.deliver_answers()
    assert len(bench.answers) == 1
    assert "the operator" in bench.answers[0]


async def test_a_running_job_is_asked_to_stop(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    job = await asked(bench)
    await started(bench, job)
    assert await run(bench, f"cancel {job.handle}") == 0
    assert capsys.readouterr().out == f"{job.handle} is being stopped\n"
    [after] = await bench.jobs()
    assert (after.status, after.cancel_requested_by) == (JobStatus.RUNNING, "the operator")


async def test_cancelling_needs_the_whole_handle(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    job = await asked(bench)
    beginning = job.handle[:-1]
    assert await run(bench, f"cancel {beginning}") == 1
    assert capsys.readouterr().err == f"no job {beginning}\n"
    assert (await bench.jobs())[0].status is JobStatus.QUEUED


async def test_a_cancel_lets_the_next_in_line_start(bench: Bench) -> None:
    first = await asked(bench)
    await bench.hear("@bellhop fix it again", comment_id="99")
    second = (await bench.jobs())[0]
    bench.queue.told.clear()
    assert await run(bench, f"cancel {first.handle}") == 0
    assert bench.queue.told == [second.handle]


async def test_an_end_stays_an_end(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    job = await asked(bench)
    await started(bench, job)
    async with bench.storage.begin() as work:
        await work.jobs.settle(job.id, 1, JobStatus.COMPLETED)
    assert await run(bench, f"cancel {job.handle}") == 0
    assert capsys.readouterr().out == f"{job.handle} is completed\n"
