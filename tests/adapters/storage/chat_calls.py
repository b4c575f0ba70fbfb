"""Calls about people, what waits for their answers, and rooms, each with the index that finds its rows."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.ports import UnitOfWork
from models.pending import PendingKind
from tests.adapters.storage.chat_nouns import ANA, OCTO, pending, visit

NOW = datetime.now(UTC)


async def partners(work: UnitOfWork) -> object:
    return await work.people.partners(ANA)


async def link(work: UnitOfWork) -> object:
    await work.people.link(ANA, OCTO)
    return await work.people.unlink(ANA)


async def redeem(work: UnitOfWork) -> object:
    return await work.people.redeem("c0de", OCTO)


async def offered(work: UnitOfWork) -> object:
    return await work.people.offered("d00r")


async def arrive(work: UnitOfWork) -> object:
    return await work.visits.arrive(visit(), 5)


async def recognize(work: UnitOfWork) -> object:
    return await work.visits.recognize("v-1", OCTO)


async def put_pending(work: UnitOfWork) -> object:
    return await work.pending.put(pending())


async def answer(work: UnitOfWork) -> object:
    return await work.pending.answer("p-1", "acme/shop")


async def answered(work: UnitOfWork) -> object:
    return await work.pending.answered("key-p-1")


async def asked_of_person(work: UnitOfWork) -> object:
    return await work.pending.waiting(ANA, PendingKind.LINK)


async def withdraw(work: UnitOfWork) -> object:
    return await work.pending.withdraw("comment:77")


async def expire(work: UnitOfWork) -> object:
    return await work.pending.expire(50)


async def resume(work: UnitOfWork) -> object:
    return await work.deliveries.resume([1, 2, 3])


async def prune_linkings(work: UnitOfWork) -> object:
    return await work.retention.prune_linkings(NOW, 100)


async def prune_pending(work: UnitOfWork) -> object:
    return await work.retention.prune_pending(NOW, 100)


async def followers(work: UnitOfWork) -> object:
    return await work.rooms.followers("github", "default", "acme/shop")


async def followed(work: UnitOfWork) -> object:
    return await work.rooms.followed("slack", "default", "C1")


CASES = {
    partners: {"ix_identities_person"},
    link: {"ix_identities_person"},
    redeem: {"sqlite_autoindex_linkings_1"},
    offered: {"ux_linkings_door"},
    arrive: {"ix_link_visits_linking"},
    recognize: {"sqlite_autoindex_link_visits_1"},
    put_pending: {"ux_pending_requests_key"},
    answer: {"sqlite_autoindex_pending_requests_1"},
    answered: {"ix_pending_requests_answered"},
    asked_of_person: {"ix_pending_requests_asker"},
    withdraw: {"ix_pending_requests_due"},  # those that wait
    expire: {"ix_pending_requests_due"},
    resume: set(),
    prune_linkings: {"ix_linkings_expires_at", "ix_link_visits_expires_at"},
    prune_pending: {"ix_pending_requests_ended"},
    followers: {"ix_subscriptions_repository"},
    followed: {"sqlite_autoindex_subscriptions_1"},
}
