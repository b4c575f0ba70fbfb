"""Accounts and retention in memory."""

from __future__ import annotations

from datetime import datetime

from bot import facts
from models.job import Job
from models.message import Actor
from models.outbox import OutboxKind, OutboxRow, OutboxState
from tests.fakes.memory import Rows


class AccountRows(Rows):
    async def keep(self, platform: str, integration: str, account: Actor) -> None:
        self._memory.accounts[platform, integration] = account

    async def find(self, platform: str, integration: str) -> Actor | None:
        return self._memory.accounts.get((platform, integration))


class RetentionRows(Rows):
    async def trim_jobs(self, older_than: datetime, limit: int) -> int:
        room = limit
        for job in sorted(self._old(older_than), key=lambda job: str(job.end_time)):
            log = [event for event in self._memory.events.get(job.id, ()) if event.type in facts.LOG][:room]
            rest = tuple(event for event in self._memory.events.get(job.id, ()) if event not in log)
            self._memory.events[job.id] = rest
            room -= len(log)
            if room > 0:
                kept = facts.keep(job, rest)
                self._memory.events[job.id] = () if kept is None else (kept,)
                room -= len(rest)
                self._end(job.id)
            if room <= 0:
                return limit
        return limit - room

    async def prune_outbox(self, older_than: datetime, limit: int) -> int:
        goes = [row.id for row in self._memory.outbox.values() if _is_over(row, older_than)][:limit]
        for id in goes:
            del self._memory.outbox[id]
        return len(goes)

    async def prune_linkings(self, older_than: datetime, limit: int) -> int:
        rows, visits = self._memory.linkings, self._memory.visits
        gone = [row.id for row in visits.values() if row.expires_at < older_than][:limit]
        for id in gone:
            del visits[id]
        goes = [row.digest for row in rows.values() if row.expires_at < older_than][: limit - len(gone)]
        for digest in goes:
            del rows[digest]
        return len(goes) + len(gone)

    async def prune_pending(self, older_than: datetime, limit: int) -> int:
        goes = [id for id, ended in self._memory.pending_ended.items() if ended < older_than][:limit]
        for id in goes:
            del self._memory.pending[id]
            del self._memory.pending_ended[id]
        return len(goes)

    def _old(self, older_than: datetime) -> list[Job]:
        busy = {row.job_id for row in self._memory.outbox.values() if _is_to_send(row)}
        ended = [job for job in self._memory.jobs.values() if job.end_time and job.end_time < older_than]
        return [job for job in ended if job.id not in busy and job.id not in self._memory.trimmed]

    def _end(self, job_id: str) -> None:
        self._memory.trimmed[job_id] = True
        kept = {n: each for n, each in self._memory.transitions.items() if each.job_id != job_id}
        self._memory.transitions = kept
        rows = self._memory.outbox
        cards = [row.id for row in rows.values() if row.job_id == job_id and row.kind is OutboxKind.CARD]
        for id in cards:
            del rows[id]


def _is_to_send(row: OutboxRow) -> bool:
    return row.state is OutboxState.WAITING and row.wanted > row.shown


def _is_over(row: OutboxRow, older_than: datetime) -> bool:
    moment = {OutboxState.DONE: row.sent_at, OutboxState.DEAD: row.created_at}.get(row.state)
    return moment is not None and moment < older_than and row.kind is not OutboxKind.CARD
