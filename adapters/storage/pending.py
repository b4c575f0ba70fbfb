"""Requests that wait for their author's answer: each ends once, by one conditional statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Update, select, update

from adapters.storage.account_columns import is_of, to_account, to_columns
from adapters.storage.chat_tables import IS_ANSWERED, IS_WAITING, pending_requests
from adapters.storage.clock import after, clock
from adapters.storage.rows import Rows
from models.identity import Account
from models.pending import Pending, PendingKind, PendingState

_p = pending_requests.c
_IS_LATE = _p.expires_at <= clock()
_IN_TIME = _p.expires_at > clock()
_PLAIN = tuple(name for name in Pending.model_fields if name != "asker")


class PendingRows(Rows):
    """The `PendingRequests` port."""

    async def put(self, pending: Pending) -> Pending:
        """Keep it; the one of the same `key` that waits already, within its time, is returned as it is."""
        await self._count(_end(PendingState.EXPIRED, _p.key == pending.key, _IS_LATE))
        insert = self._insert(pending_requests).values(_values(pending))
        # An update that changes nothing, because DO NOTHING would return nothing.
        kept = insert.on_conflict_do_update(
            index_elements=[_p.key], index_where=IS_WAITING, set_={"key": insert.excluded.key}
        )
        [row] = await self._all(kept.returning(pending_requests))
        return _pending(row)

    async def get(self, pending_id: str) -> Pending | None:
        """In whatever state."""
        row = await self._first(select(pending_requests).where(_p.id == pending_id))
        return None if row is None else _pending(row)

    async def answered(self, key: str) -> Pending | None:
        """The answered one of that command, if any; the last one of several."""
        those = select(pending_requests).where(_p.key == key, IS_ANSWERED)
        row = await self._first(those.order_by(_p.answered_at.desc()).limit(1))
        return None if row is None else _pending(row)

    async def answer(self, pending_id: str, answer: str) -> Pending | None:
        """waiting -> answered, once. None: it waits no more, or its time is over by the database's clock."""
        told = {"answer": answer, "answered_at": clock()}
        done = _end(PendingState.ANSWERED, _p.id == pending_id, _IN_TIME, **told)
        row = await self._first(done.returning(pending_requests))
        return None if row is None else _pending(row)

    async def waiting(self, asker: Account, kind: PendingKind) -> list[Pending]:
        """What somebody may answer now, the oldest first."""
        theirs = (*is_of(pending_requests, asker), _p.kind == kind, IS_WAITING, _IN_TIME)
        rows = await self._all(select(pending_requests).where(*theirs).order_by(_p.created_at, _p.id))
        return [_pending(row) for row in rows]

    async def withdraw(self, saying: str) -> list[Pending]:
        """waiting -> withdrawn: what was said was taken back. Which those are."""
        theirs = _p.key.startswith(f"{saying}:", autoescape=True)
        rows = await self._all(_end(PendingState.WITHDRAWN, theirs).returning(pending_requests))
        return [_pending(row) for row in rows]

    async def expire(self, limit: int) -> list[Pending]:
        """waiting and past its time -> expired; the longest past first."""
        late = select(_p.id).where(IS_WAITING, _IS_LATE).order_by(_p.expires_at).limit(limit)
        ids = late.with_for_update(skip_locked=True).scalar_subquery()
        rows = await self._all(_end(PendingState.EXPIRED, _p.id.in_(ids)).returning(pending_requests))
        return sorted(map(_pending, rows), key=lambda pending: (pending.expires_at, pending.id))


def _end(state: PendingState, *which: ColumnElement[bool], **told: Any) -> Update:
    """Those of `which` that wait -> `state`."""
    return update(pending_requests).where(IS_WAITING, *which).values(state=state, ended_at=clock(), **told)


def _values(pending: Pending) -> dict[str, Any]:
    lives = (pending.expires_at - pending.created_at).total_seconds()
    plain = {name: getattr(pending, name) for name in _PLAIN} | to_columns(pending.asker)
    return plain | {"created_at": clock(), "expires_at": after(lives)}


def _pending(row: RowMapping) -> Pending:
    return Pending.model_validate({name: row[name] for name in _PLAIN} | {"asker": to_account(row)})
