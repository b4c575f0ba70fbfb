"""Browsers that came back from the forge: each once, and only so many for one link."""

from __future__ import annotations

from sqlalchemy import func, select, update

from adapters.storage.chat_tables import link_visits
from adapters.storage.clock import clock
from adapters.storage.rows import Rows
from models.identity import Account, Visit

_v = link_visits.c
_IN_TIME = _v.expires_at > clock()


class VisitRows(Rows):
    """The `Visits` port."""

    async def arrive(self, visit: Visit, most: int) -> bool:
        """Keep it. False: it came back before, or `most` of the same link did."""
        known = select(func.count()).select_from(link_visits).where(_v.linking == visit.linking)
        row = await self._first(known)
        if row is not None and next(iter(row.values())) >= most:
            return False
        values = {name: getattr(visit, name) for name in ("id", "linking", "account", "expires_at")}
        insert = self._insert(link_visits).values(values).on_conflict_do_nothing()
        return await self._count(insert) > 0

    async def recognize(self, visit_id: str, account: Account) -> bool:
        """The forge said who it is, once. False: it is known already, or its time is over."""
        known = update(link_visits).where(_v.id == visit_id, _v.account.is_(None), _IN_TIME)
        return await self._count(known.values(account=account)) > 0

    async def find(self, visit_id: str) -> Visit | None:
        """Within its time, by the database's clock."""
        row = await self._first(select(link_visits).where(_v.id == visit_id, _IN_TIME))
        return None if row is None else Visit.model_validate(dict(row))
