"""`status` tells how a job stands."""

from __future__ import annotations

from tests.fakes.services import Bench


async def test_the_one_named_by_the_beginning_of_its_handle() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    [job] = await bench.jobs()
    await bench.hear(f"/bellhop status {job.handle[:6].lower()}", comment_id="2")
    assert bench.answers[-1].startswith(f"👀 {job.handle} fix on acme/shop#42 · queued")
    assert "([card](https://git.example/c/" in bench.answers[-1]


async def test_all_active_ones_without_an_id() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    await bench.hear("@bellhop ask why?", comment_id="2")
    await bench.hear("/bellhop status", comment_id="3")
    for job in await bench.jobs():
        assert job.handle in bench.answers[-1]


async def test_an_unknown_id() -> None:
    bench = Bench()
    await bench.hear("/bellhop status J-ZZZZ")
    assert bench.answers[0].startswith("No job `J-ZZZZ` here.")
