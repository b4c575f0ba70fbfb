"""Requests whose author did not answer in time: they wait no more.

Nothing new is said to anybody: what stands in the question's place is that it is over, where it can be changed, and
whoever clicks in another one is told so then. Their deliveries stay as they ended, `waiting:...`; `why` tells that the
time is over.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot import prompts
from bot.services import Services
from models.pending import PendingKind

BATCH = 50
TOO_LATE: Mapping[PendingKind, str] = {
    PendingKind.REPOSITORY: "nobody said in time which repository it is about; ask again",
    PendingKind.LINK: "no account was linked in time; link one and ask again",
}


async def expire(services: Services) -> bool:
    """End those past their time, by the database's clock. True: there may be more."""
    async with services.storage.begin() as work:
        late = await work.pending.expire(BATCH)
        for kind, text in TOO_LATE.items():
            ids = [pending.delivery_id for pending in late if pending.kind is kind]
            await work.deliveries.tell_late(ids, text)
        await prompts.settle(work, late, prompts.TOO_LATE)
    return len(late) == BATCH
