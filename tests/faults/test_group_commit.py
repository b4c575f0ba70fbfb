"""`kill -9` within the commit of a group: nobody was answered who is not kept, and nothing is kept by half."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from tests.e2e.story import no_loose_ends
from tests.e2e.town import Town

pytestmark = pytest.mark.slow

SIZE = 12
HELD = str(Path(__file__).parent / "held_commit.py")
FIRST = "first"
GROUP = [f"group-{number}" for number in range(SIZE)]
MOMENTS = {"between two tables": "INSERT INTO BODIES", "before the commit": "COMMIT"}


def body(key: str) -> bytes:
    return json.dumps({"action": "started", "pad": key}).encode()


class Hold:
    """The files by which we and the writer that stands still tell each other; see `held_commit.py`."""

    def __init__(self, folder: Path, moment: str) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "at").write_text(moment)

    def go(self) -> None:
        """Let the first commit return."""
        (self.folder / "go").touch()

    async def reached(self, town: Town, name: str) -> None:
        """Wait until the writer is there."""

        async def look() -> bool | None:
            return True if await asyncio.to_thread((self.folder / name).exists) else None

        await town.until(look, f"the group commit to be {name}")


def kept(town: Town) -> list[str]:
    """Keys of deliveries with a body; one without the other is a failure."""
    known = town.records.rows(
        "SELECT d.id, d.key, b.delivery_id FROM deliveries d LEFT JOIN bodies b ON b.delivery_id = d.id"
    )
    assert [row for row in known if row["delivery_id"] is None] == [], "a delivery without its body"
    [bodies] = town.records.column("SELECT count(*) FROM bodies")
    assert bodies == len(known), "a body without its delivery"
    return sorted(row["key"] for row in known)


async def killed_in_a_group(town: Town, moment: str) -> list[int | None]:
    """Start over with a writer that stands still, send a group, kill; what each sender heard (None: nothing)."""
    hold = Hold(town.folder / "held", moment)
    await town.stop()
    town.program = (HELD, str(hold.folder))
    await town.start("web", BELLHOP_DISPATCHER="off")
    first = asyncio.create_task(town.deliver(body(FIRST), "star", FIRST))
    await hold.reached(town, "first")
    sent = [asyncio.create_task(town.deliver(body(key), "star", key)) for key in GROUP]
    await asyncio.sleep(1)  # they arrive; a straggler would be of a later group, and be as unanswered
    hold.go()
    await hold.reached(town, "held")
    assert (await first).status_code == 202
    assert not any(each.done() for each in sent), "nobody is answered before the commit"
    await town.kill()
    heard = await asyncio.gather(*sent, return_exceptions=True)
    assert all(isinstance(each, httpx.Response | httpx.HTTPError) for each in heard), heard
    return [each.status_code if isinstance(each, httpx.Response) else None for each in heard]


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
async def test_a_kill_within_a_group_commit_loses_nothing_and_keeps_nothing_by_half(
    town: Town, moment: str
) -> None:
    heard = await killed_in_a_group(town, moment)
    assert heard == [None] * SIZE
    town.program = None
    await town.start("web", BELLHOP_DISPATCHER="on")
    assert kept(town) == [FIRST], "what was answered is there, of the group nothing"
    again = await asyncio.gather(*(town.deliver(body(key), "star", key) for key in (FIRST, *GROUP)))
    assert [answer.status_code for answer in again] == [200] + [202] * SIZE
    await no_loose_ends(town)
    assert kept(town) == sorted((FIRST, *GROUP))
    assert set(town.records.column("SELECT disposition FROM deliveries")) == {"ignored:event"}
    assert dict.fromkeys(town.records.column("SELECT receipts FROM deliveries WHERE key <> ?", FIRST)) == {
        1: None
    }
