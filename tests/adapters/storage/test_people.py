"""Accounts that belong to one person, and codes that are used once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import select

from adapters.storage import SQLStorage
from adapters.storage.chat_tables import identities, people
from adapters.storage.people import PeopleRows
from bot.ports import Storage
from models.base import now
from models.identity import Account, Linking
from tests.adapters.storage.chat_nouns import ANA, OCTO, linking

BOB = Account(platform="slack", workspace="T1", id="U2", login="bob")
ANA_ELSEWHERE = Account(platform="slack", workspace="T2", id="U1", login="ana")
CAT = Account(platform="github", id="2", login="cat")
TICKETS = Account(platform="jira", id="a-1", login="ana")
LATER = timedelta(days=2)


async def link(storage: Storage, *pairs: tuple[Account, Account]) -> None:
    for account, other in pairs:
        async with storage.begin() as work:
            await work.people.link(account, other)


async def partners(storage: Storage, account: Account) -> list[Account]:
    async with storage.read() as work:
        return await work.people.partners(account)


async def offer(storage: Storage, *linkings: Linking) -> None:
    async with storage.begin() as work:
        for each in linkings:
            await work.people.offer(each)


async def redeem(storage: Storage, digest: str = "c0de", by: Account = OCTO) -> Linking | None:
    async with storage.begin() as work:
        return await work.people.redeem(digest, by)


async def test_two_accounts_are_linked_both_ways(storage: Storage) -> None:
    assert await partners(storage, ANA) == []
    await link(storage, (ANA, OCTO))
    assert await partners(storage, ANA) == [OCTO]
    assert await partners(storage, OCTO) == [ANA]
    assert await partners(storage, BOB) == []


async def test_the_same_id_in_another_tenant_is_somebody_else(storage: Storage) -> None:
    await link(storage, (ANA, OCTO))
    assert await partners(storage, ANA_ELSEWHERE) == []
    assert await partners(storage, OCTO.model_copy(update={"integration": "second"})) == []


async def test_one_person_has_accounts_on_many_platforms_the_newest_link_first(storage: Storage) -> None:
    await link(storage, (ANA, OCTO), (TICKETS, ANA), (ANA_ELSEWHERE, TICKETS))
    assert await partners(storage, OCTO) == [ANA_ELSEWHERE, TICKETS, ANA]
    async with storage.read() as work:
        assert await work.people.partner(OCTO, "slack", "default") == ANA_ELSEWHERE
        assert await work.people.partner(ANA, "github", "default") == OCTO
        assert await work.people.partner(ANA, "github", "second") is None
        assert await work.people.partner(ANA, "linear", "default") is None


async def test_linking_twice_changes_nothing(storage: Storage) -> None:
    await link(storage, (ANA, OCTO), (TICKETS, OCTO), (ANA, OCTO), (OCTO, ANA))
    assert await partners(storage, OCTO) == [TICKETS, ANA]
    assert await partners(storage, TICKETS) == [ANA, OCTO]


async def test_who_links_again_leaves_whoever_they_were(storage: Storage) -> None:
    await link(storage, (ANA, OCTO), (ANA, CAT))
    assert await partners(storage, ANA) == [CAT]
    assert await partners(storage, OCTO) == [], "nobody is remembered with one account"


async def test_a_persons_earlier_account_of_the_same_instance_is_replaced(storage: Storage) -> None:
    await link(storage, (ANA, OCTO), (TICKETS, OCTO), (BOB, OCTO))
    assert await partners(storage, OCTO) == [BOB, TICKETS]
    assert await partners(storage, ANA) == []


async def test_two_accounts_of_one_instance_are_never_one_person(storage: Storage) -> None:
    with pytest.raises(ValueError, match="linking two accounts: both are of slack/default"):
        await link(storage, (ANA, BOB))
    assert await partners(storage, ANA) == []


async def test_unlinking_tells_with_whom_and_leaves_the_others_together(storage: Storage) -> None:
    await link(storage, (ANA, OCTO), (TICKETS, OCTO))
    async with storage.begin() as work:
        assert await work.people.unlink(ANA) == [TICKETS, OCTO]
        assert await work.people.unlink(ANA) == []
    assert await partners(storage, OCTO) == [TICKETS]
    async with storage.begin() as work:
        assert await work.people.unlink(TICKETS) == [OCTO]
    assert await partners(storage, OCTO) == []


async def test_a_new_login_is_only_shown_and_nobody_is_made_by_it(storage: Storage) -> None:
    await link(storage, (ANA, OCTO))
    renamed = OCTO.model_copy(update={"login": "octo\0cat"})
    async with storage.begin() as work:
        await work.people.rename(renamed)
        await work.people.rename(CAT)
        await work.people.rename(ANA.model_copy(update={"login": ""}))
    assert [each.login for each in await partners(storage, ANA)] == ["octo\ufffdcat"]
    assert [each.login for each in await partners(storage, renamed)] == ["ana"]
    assert await partners(storage, CAT) == []


async def test_links_at_once_make_one_person(storage: Storage) -> None:
    await asyncio.gather(*(link(storage, (each, OCTO)) for each in (ANA, TICKETS, ANA_ELSEWHERE)))
    assert {each.key for each in await partners(storage, OCTO)} == {
        ANA.key,
        TICKETS.key,
        ANA_ELSEWHERE.key,
    }


async def test_a_code_is_used_once_and_says_by_whom(storage: Storage) -> None:
    await offer(storage, linking())
    used = await redeem(storage)
    assert used is not None
    assert (used.account, used.used_by) == (ANA, OCTO)
    assert used.used_at is not None
    assert await redeem(storage) is None
    assert await redeem(storage, "other") is None


async def test_of_many_at_once_one_uses_the_code(storage: Storage) -> None:
    await offer(storage, linking())
    used = await asyncio.gather(*(redeem(storage, by=by) for by in (OCTO, CAT) * 5))
    assert sum(each is not None for each in used) == 1


async def test_a_code_past_its_time_is_worth_nothing(storage: Storage) -> None:
    await offer(storage, linking(minutes=0))
    assert await redeem(storage) is None


async def test_a_code_lives_by_the_databases_clock(storage: Storage) -> None:
    await offer(storage, linking(minutes=10))
    used = await redeem(storage)
    assert used is not None
    assert timedelta(minutes=9) < used.expires_at - now() <= timedelta(minutes=10, seconds=1)


async def test_a_new_code_voids_the_earlier_one_of_the_same_account(storage: Storage) -> None:
    await offer(storage, linking("first"), linking("bobs", BOB), linking("second"))
    assert await redeem(storage, "first") is None
    assert await redeem(storage, "second") is not None
    assert await redeem(storage, "bobs", by=CAT) is not None


async def test_a_used_code_stays_used_when_another_is_offered(storage: Storage) -> None:
    await offer(storage, linking("first"))
    assert await redeem(storage, "first") is not None
    await offer(storage, linking("second"))
    assert await redeem(storage, "first", by=CAT) is None
    assert await redeem(storage, "second") is not None


async def test_a_code_told_where_it_was_made_for_is_not_used_up(storage: Storage) -> None:
    await offer(storage, linking())
    assert await redeem(storage, by=BOB) is None
    assert await redeem(storage, by=ANA) is None
    assert await redeem(storage) is not None


async def test_offers_at_once_leave_one_good_code(storage: Storage) -> None:
    await asyncio.gather(*(offer(storage, linking(f"c{number}")) for number in range(5)))
    used = [await redeem(storage, f"c{number}") for number in range(5)]
    assert sum(each is not None for each in used) == 1


async def test_codes_go_when_their_time_is_long_over_a_few_at_a_time(storage: Storage) -> None:
    await offer(storage, linking("a"), linking("b", BOB), linking("c", ANA_ELSEWHERE, minutes=60 * 24 * 9))
    assert await redeem(storage, "a") is not None
    async with storage.begin() as work:
        assert await work.retention.prune_linkings(now(), 10) == 0
        assert await work.retention.prune_linkings(now() + LATER, 1) == 1
        assert await work.retention.prune_linkings(now() + LATER, 10) == 1
        assert await work.retention.prune_linkings(now() + LATER, 10) == 0
    assert await redeem(storage, "c") is not None


async def test_whoever_is_left_with_one_account_is_forgotten(database: SQLStorage) -> None:
    await link(database, (ANA, OCTO), (ANA, CAT), (TICKETS, CAT))
    async with database.begin() as work:
        await work.people.unlink(CAT)
        await work.people.unlink(ANA)
        rows = cast(PeopleRows, work.people)
        assert await rows._all(select(identities)) == []
        assert await rows._all(select(people)) == []
