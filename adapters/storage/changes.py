"""Changes: the branch and pull request that the jobs of one conversation share."""

from __future__ import annotations

from sqlalchemy import RowMapping, desc, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.storage.other_tables import change_jobs, changes
from adapters.storage.rows import Rows
from models.change import Change

_c = changes.c


class ChangeRows(Rows):
    """The `Changes` port."""

    async def find(self, place: str, number: int) -> Change | None:
        """The open change of this issue or pull request of a `Thread.place`, else the newest closed one."""
        here = or_(_c.issue_number == number, _c.pull_number == number)
        newest = (
            select(changes).where(_c.place == place, here).order_by(desc(_c.is_open), _c.id.desc()).limit(1)
        )
        return _change(await self._first(newest))

    async def of_job(self, job_id: str) -> Change | None:
        """The newest change that the job worked on, also when another job continued it."""
        worked_on = select(change_jobs.c.change_id).where(change_jobs.c.job_id == job_id)
        return _change(
            await self._first(select(changes).where(_c.id.in_(worked_on)).order_by(_c.id.desc()).limit(1))
        )

    async def keep(self, change: Change) -> Change:
        """Insert (`id` 0) or replace."""
        values = change.model_dump(exclude={"id"})
        if change.id:
            await self._count(update(changes).where(_c.id == change.id).values(values))
            kept = change
        else:
            row = await self._first(self._insert(changes).values(values).returning(_c.id))
            kept = change.model_copy(update={"id": row["id"] if row else 0})
        if kept.job_id:
            worked = self._insert(change_jobs).values(job_id=kept.job_id, change_id=kept.id)
            await self._count(worked.on_conflict_do_nothing())
        return kept


async def partners_of(connection: AsyncConnection, thread_key: str) -> tuple[list[str], list[str]]:
    """The keys of all places that share a change with `thread_key` (itself first), and the jobs of those changes."""
    repository, _, number = thread_key.rpartition("#")
    place = f"{repository}#"
    if not number.isdecimal():
        return [thread_key], []
    here = or_(_c.issue_number == int(number), _c.pull_number == int(number))
    rows = (
        await connection.execute(
            select(_c.issue_number, _c.pull_number, change_jobs.c.job_id)
            .join_from(changes, change_jobs, isouter=True)
            .where(_c.place == place, here)
        )
    ).all()
    numbers = {number for issue, pull, _ in rows for number in (issue, pull) if number is not None}
    keys = [thread_key, *(f"{place}{other}" for other in sorted(numbers) if str(other) != number)]
    return keys, sorted({job_id for _, _, job_id in rows if job_id})


def _change(row: RowMapping | None) -> Change | None:
    return None if row is None else Change.model_validate({name: row[name] for name in Change.model_fields})
