"""What the events of a job say together: all that its end is made of, and all that outlives its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.job import Job, JobEvent, JobEventType

LOG = (JobEventType.LOG, JobEventType.AGENT)  # what happened on the way: many, and nothing an end is made of
LINKS, COST = "links", "cost_usd"


def merge(events: Sequence[JobEvent]) -> dict[str, Any]:
    """The newest value of each fact; links and costs add up."""
    merged: dict[str, Any] = {}
    for event in events:
        added = dict(event.facts)
        if LINKS in added:
            added[LINKS] = {**merged.get(LINKS, {}), **added[LINKS]}
        if added.get(COST):
            added[COST] += merged.get(COST) or 0.0
        else:
            added.pop(COST, None)
        merged |= added
    return merged


def keep(job: Job, events: Sequence[JobEvent]) -> JobEvent | None:
    """The one event that stays of an ended job's `events` when they go; None where none of them said anything.

    It is no line of a log; why a job failed is in the job itself.
    """
    merged = merge([event for event in events if event.type not in LOG])
    if not merged:
        return None
    return JobEvent(
        type=JobEventType.COMPLETE,
        success=bool(job.success),
        timestamp=job.end_time,
        seq=job.last_seq,
        attempt=job.attempt,
        facts=merged,
    )
