"""Warming up: what a job's process says to the database first, said once before workers fork.

Compiling a statement takes longer than running it, and what is compiled is inherited.
"""

from __future__ import annotations

from contextlib import suppress

from adapters.storage.engine import Options
from bot.ports import Storage, UnitOfWork
from models.agent import AgentState
from models.job import Job, JobEvent, JobStatus
from models.worker import ProcessRecord

NOBODY = "warming up"
_PROCESS = ProcessRecord(job_id=NOBODY, attempt=1, host=NOBODY, boot_id="", pid=0, started_ticks=0, role="")
_warm: set[Options] = set()


class _Undone(Exception):
    """Ends the unit of work without a trace."""


async def warm_up(storage: Storage, options: Options) -> None:
    """Once in a process and database. Raises StorageUnavailable."""
    if options in _warm:
        return
    with suppress(_Undone):
        async with storage.begin() as work:
            await _say(work)
            raise _Undone
    _warm.add(options)


async def _say(work: UnitOfWork) -> None:
    await work.jobs.create_job(Job(id=NOBODY, lock_key=NOBODY))
    job = await work.jobs.claim(NOBODY, NOBODY, 1)
    await work.jobs.renew(NOBODY, 1, NOBODY, 1)
    await work.jobs.record_agent_state(NOBODY, 1, AgentState.RUNNING)
    await work.jobs.add_events(NOBODY, 1, [JobEvent(type="log")])
    await work.outbox.want(NOBODY)
    await work.outbox.want(NOBODY, is_urgent=True)
    await work.workers.remember(_PROCESS)
    await work.workers.forget(_PROCESS)
    if job is not None:
        await work.jobs.settle(NOBODY, 1, JobStatus.COMPLETED)
    await work.jobs.line(NOBODY)
    await work.jobs.at_thread(NOBODY, is_active=True)
