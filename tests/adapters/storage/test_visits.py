"""Links that lead to the forge: open once, and who came back from there comes back once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.ports import Storage
from models.base import now
from models.identity import Linking, Visit
from tests.adapters.storage.chat_nouns import ANA, CHANNEL, OCTO, linking, visit


async def offer_once(storage: Storage, made: Linking) -> bool:
    async with storage.begin() as work:
        return await work.people.offer_once(made)


async def offered(storage: Storage, door: str = "d00r") -> Linking | None:
    async with storage.read() as work:
        return await work.people.offered(door)


async def arrive(storage: Storage, made: Visit, most: int = 5) -> bool:
    async with storage.begin() as work:
        return await work.visits.arrive(made, most)


async def recognize(storage: Storage, id: str = "v-1") -> bool:
    async with storage.begin() as work:
        return await work.visits.recognize(id, OCTO)


async def find(storage: Storage, id: str = "v-1") -> Visit | None:
    async with storage.read() as work:
        return await work.visits.find(id)


async def test_a_second_code_waits_until_the_first_is_over(storage: Storage) -> None:
    assert await offer_once(storage, linking("first"))
    assert not await offer_once(storage, linking("second"))
    async with storage.begin() as work:
        assert await work.people.redeem("second", OCTO) is None
        assert await work.people.redeem("first", OCTO)
    assert await offer_once(storage, linking("third"))


async def test_an_old_code_makes_room(storage: Storage) -> None:
    assert await offer_once(storage, linking("old", minutes=0))
    assert await offer_once(storage, linking("new"))
    async with storage.begin() as work:
        assert await work.people.redeem("new", OCTO)


async def test_two_requests_at_once_are_told_one_code(storage: Storage) -> None:
    kept = await asyncio.gather(*(offer_once(storage, linking(f"c-{number}")) for number in range(4)))
    assert sorted(kept) == [False, False, False, True]


async def test_a_link_is_found_by_its_digest_while_its_code_is_good(storage: Storage) -> None:
    await offer_once(storage, linking(door="d00r", thread=CHANNEL))
    found = await offered(storage)
    assert found is not None
    assert (found.digest, found.account, found.thread) == ("c0de", ANA, CHANNEL)
    assert await offered(storage, "other") is None
    assert await offered(storage, "") is None
    async with storage.begin() as work:
        await work.people.redeem("c0de", OCTO)
    assert await offered(storage) is None
    async with storage.read() as work:
        used = await work.people.linking("c0de")
    assert used is not None
    assert used.used_by == OCTO


async def test_an_old_link_leads_nowhere(storage: Storage) -> None:
    await offer_once(storage, linking(door="d00r", minutes=0))
    assert await offered(storage) is None


async def test_codes_without_links_do_not_stand_in_each_others_way(storage: Storage) -> None:
    for number, account in enumerate((ANA, ANA.model_copy(update={"id": "U9"}))):
        assert await offer_once(storage, linking(f"c-{number}", account))
    assert await offered(storage, "") is None


async def test_a_new_code_shuts_the_link_of_the_one_before(storage: Storage) -> None:
    await offer_once(storage, linking("first", door="d00r"))
    async with storage.begin() as work:
        await work.people.offer(linking("second", door="other"))
    assert await offered(storage) is None
    assert (await offered(storage, "other")) is not None


async def test_who_came_back_comes_back_once(storage: Storage) -> None:
    assert await arrive(storage, visit())
    assert not await arrive(storage, visit())
    assert await asyncio.gather(arrive(storage, visit("v-2")), arrive(storage, visit("v-2"))) in (
        [True, False],
        [False, True],
    )


async def test_only_so_many_come_back_to_one_link(storage: Storage) -> None:
    assert [await arrive(storage, visit(f"v-{number}"), most=2) for number in range(3)] == [True, True, False]
    assert await arrive(storage, visit("other", linking="other"), most=2)


async def test_who_it_is_is_said_once(storage: Storage) -> None:
    await arrive(storage, visit())
    assert (await found(storage)).account is None
    assert await recognize(storage)
    assert not await recognize(storage)
    assert (await found(storage)).account == OCTO


async def found(storage: Storage) -> Visit:
    kept = await find(storage)
    assert kept is not None
    return kept


async def test_past_its_time_a_visit_is_nobodys(storage: Storage) -> None:
    await arrive(storage, visit(minutes=-1))
    assert await find(storage) is None
    assert not await recognize(storage)


async def test_visits_are_forgotten_with_their_codes(storage: Storage) -> None:
    await offer_once(storage, linking(door="d00r"))
    await arrive(storage, visit())
    async with storage.begin() as work:
        assert await work.retention.prune_linkings(now(), 10) == 0
        assert await work.retention.prune_linkings(now() + timedelta(days=1), 1) == 1
        assert await work.retention.prune_linkings(now() + timedelta(days=1), 10) == 1
    assert await find(storage) is None
