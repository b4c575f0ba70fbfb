"""Forgetting, a few rows a transaction: each statement finds its rows through an index that holds only what may go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select

from adapters.storage.chat_tables import link_visits, linkings, pending_requests
from adapters.storage.tables import CARD, DEAD, DONE, outbox
from adapters.storage.trimming import Trimming

_o = outbox.c
_l, _p, _v = linkings.c, pending_requests.c, link_visits.c


class RetentionRows(Trimming):
    """The `Retention` port."""

    async def prune_outbox(self, older_than: datetime, limit: int) -> int:
        """Delete what was sent, or given up, before `older_than`; cards go with their jobs."""
        sent = and_(_o.state == DONE, _o.sent_at < older_than)
        gone = await self._drop_rows(sent, _o.sent_at, limit)
        given_up = and_(_o.state == DEAD, _o.created_at < older_than)
        return gone + await self._drop_rows(given_up, _o.id, limit - gone)

    async def prune_linkings(self, older_than: datetime, limit: int) -> int:
        """Delete codes whose time was over before `older_than`, and who came by their links."""
        gone = select(_v.id).where(_v.expires_at < older_than).order_by(_v.expires_at).limit(limit)
        visits = await self._count(delete(link_visits).where(_v.id.in_(gone.scalar_subquery())))
        old = (
            select(_l.digest).where(_l.expires_at < older_than).order_by(_l.expires_at).limit(limit - visits)
        )
        return visits + await self._count(delete(linkings).where(_l.digest.in_(old.scalar_subquery())))

    async def prune_pending(self, older_than: datetime, limit: int) -> int:
        """Delete requests that wait no more since before `older_than`."""
        old = select(_p.id).where(_p.ended_at < older_than).order_by(_p.ended_at).limit(limit)
        return await self._count(delete(pending_requests).where(_p.id.in_(old.scalar_subquery())))

    async def _drop_rows(self, which: ColumnElement[bool], order: ColumnElement[object], limit: int) -> int:
        old = select(_o.id).where(which, _o.kind != CARD).order_by(order).limit(limit)
        return await self._count(delete(outbox).where(_o.id.in_(old.scalar_subquery())))
