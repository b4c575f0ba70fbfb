"""The messages in which somebody was asked something, and what stands in their place when that is over.

Each is a row of the outbox for one person alone. When it is over otherwise than by a click in it (the account was
linked elsewhere, the request was taken back, nobody answered in time, a newer code was told), the row is reworded.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.ports import UnitOfWork
from models.identity import Account, Linking
from models.pending import Pending

TAKEN_BACK = "You took that back, so nothing is asked any more."
TOO_LATE = "That waited for an answer for too long, and is over. Ask again if you still want it."
NEWER = "A newer code is further down; this one is good no more."
LINKED = "You are @{login} on {forge} now, so nothing is asked here any more."


def of_request(pending: Pending) -> str:
    """The key of the question about a request that waits. A request that is asked anew has a new question."""
    return f"question:{pending.id}"


def of_code(linking: Linking) -> str:
    """The key of the message that told a code."""
    return f"{_of_codes(linking.account)}{linking.digest}"


async def settle(work: UnitOfWork, requests: Iterable[Pending], text: str) -> None:
    """These wait no more: say so where they were asked about, in the caller's transaction."""
    for pending in requests:
        await work.outbox.reword(of_request(pending), text)


async def settle_codes(work: UnitOfWork, account: Account, text: str) -> None:
    """What codes `account` was told are good no more: say so where they were told."""
    await work.outbox.reword(_of_codes(account), text)


async def settle_link(work: UnitOfWork, account: Account, own: Account, requests: Iterable[Pending]) -> None:
    """`account` is linked with `own` now, and what waited for that goes on."""
    text = LINKED.format(login=own.login, forge=own.platform)
    await settle_codes(work, account, text)
    await settle(work, requests, text)


def _of_codes(account: Account) -> str:
    return ":".join(("code", *account.key, ""))
