"""The audit: rows are appended in the transaction that decided, and never changed here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select

from adapters.storage.other_tables import audit
from adapters.storage.rows import Rows
from models.audit import AuditRecord


class AuditRows(Rows):
    """The `Audit` port."""

    async def append(self, record: AuditRecord) -> None:
        """Keep it; the database numbers it."""
        values = record.model_dump(exclude={"id"}) | {"detail": dict(record.detail)}
        await self._connection.execute(insert(audit).values(values))

    async def count(self, *, actor: str, place: str, since: datetime, most: int) -> int:
        """Rows of `actor` since then whose subject begins with `place`; `most` at most."""
        wanted = (
            audit.c.actor == actor,
            audit.c.at >= since,
            audit.c.subject.startswith(place, autoescape=True),
        )
        newest = select(audit.c.id).where(*wanted).limit(most).subquery()
        row = await self._first(select(func.count().label("number")).select_from(newest))
        return int(row["number"]) if row else 0

    async def page(self, *, before: int | None, limit: int) -> list[AuditRecord]:
        """Newest first, keyset by id."""
        where = [] if before is None else [audit.c.id < before]
        rows = await self._all(select(audit).where(*where).order_by(audit.c.id.desc()).limit(limit))
        return [AuditRecord.model_validate(dict(row)) for row in rows]
