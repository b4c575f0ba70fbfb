"""`retry` keeps the same request as a new job."""

from __future__ import annotations

from bot.platform import PullRequest
from tests.fakes.services import Bench


async def test_a_job_that_ended_is_asked_for_again() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix the login", comment_id="1")
    await bench.hear("/bellhop cancel", comment_id="2")
    [first] = await bench.jobs()
    await bench.hear(f"/bellhop retry {first.handle}", comment_id="3", login="bo")
    second, _ = await bench.jobs()
    assert second.request == first.request
    assert second.handle != first.handle
    assert second.requester is not None
    assert second.requester.login == "bo"


async def test_a_job_that_still_runs_is_not() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("/bellhop retry", comment_id="2")
    assert "is still queued" in bench.answers[-1]
    assert len(await bench.jobs()) == 1


async def test_asked_for_from_elsewhere_it_waits_in_the_line_of_its_own_place() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix the login", comment_id="1", number=42)
    await bench.hear("/bellhop cancel", comment_id="2", number=42)
    [first] = await bench.jobs()
    await bench.hear(f"/bellhop retry {first.handle}", comment_id="3", number=50)
    second, _ = await bench.jobs()
    assert second.lock_key == first.lock_key
    assert bench.platform.comments[-1].thread.number == 50, "answered where it was asked"


async def test_on_a_pull_request_it_is_about_what_is_there_now() -> None:
    bench = Bench()
    seen = {"pull_number": 42, "head_ref": "login", "head_sha": "a" * 40}
    bench.platform.context_fields = seen
    await bench.hear("@bellhop fix the login", comment_id="1")
    await bench.hear("/bellhop cancel", comment_id="2")
    [first] = await bench.jobs()
    pushed = PullRequest(
        number=42,
        url="",
        head_ref="login",
        head_sha="b" * 40,
        head_repository="acme/shop",
        base_ref="main",
    )
    bench.platform.pulls = [pushed]
    await bench.hear(f"/bellhop retry {first.handle}", comment_id="3")
    second, _ = await bench.jobs()
    assert second.context is not None
    assert second.context.head_sha == "b" * 40, "else it conflicts with that push again, whoever retries"
