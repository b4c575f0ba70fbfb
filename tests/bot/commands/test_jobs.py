"""`jobs` lists, and never beyond this repository."""

from __future__ import annotations

from models.message import Thread
from models.source import SourceType
from tests.fakes.services import Bench


async def test_here_mine_and_all() -> None:
    bench = Bench()
    elsewhere = Thread(source=SourceType.GITHUB, repository="acme/other", number=1)
    await bench.hear("@bellhop fix one", comment_id="1")
    await bench.hear("@bellhop fix two", comment_id="2", login="bo", number=43)
    await bench.hear("@bellhop fix three", comment_id="3", thread=elsewhere)
    three, two, one = await bench.jobs()
    for option, expected in (("", {one}), ("--mine", {one}), ("--all", {one, two})):
        await bench.hear(f"/bellhop jobs {option}", comment_id=f"j{option}")
        listed = {job.handle for job in (one, two, three) if f"`{job.handle}`" in bench.answers[-1]}
        assert listed == {job.handle for job in expected}


async def test_none_is_said() -> None:
    bench = Bench()
    await bench.hear("/bellhop jobs")
    assert bench.answers[0].startswith("No jobs on acme/shop#42. `/bellhop fix` begins one.")
