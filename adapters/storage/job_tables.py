"""The tables of jobs: the job, its events, its transitions, and the line of its lock."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, and_, literal_column
from sqlalchemy.sql.elements import ColumnElement

from adapters.storage.columns import Document, Facts, Key, Moment, Serial, String
from adapters.storage.tables import metadata, numbered, partial, required
from models.job import JobContext, JobRequest, JobResult, JobStatus
from models.message import Actor

ACTIVE = tuple(status for status in JobStatus if not status.is_terminal)


def word(value: str) -> ColumnElement[str]:
    """One of our own words as a literal: SQLite uses a partial index only for a condition written as in the index."""
    return literal_column(f"'{value}'", Text)


def has_status(column: ColumnElement[Any], *statuses: JobStatus) -> ColumnElement[bool]:
    """`column` is one of `statuses`, written the same in indexes and queries."""
    if len(statuses) == 1:
        return column == word(statuses[0])
    return column.in_([word(status) for status in statuses])


jobs = Table(
    "jobs",
    metadata,
    Column("id", Key, primary_key=True),
    required("status", Key),
    Column("success", Boolean),
    Column("start_time", Moment),
    Column("end_time", Moment),
    Column("container_id", String),
    Column("zip_file_path", String),
    required("handle", Key),
    required("kind", String),
    required("attempt", Integer),
    required("max_attempts", Integer),
    required("request", Document(JobRequest)),
    Column("context", Document(JobContext)),
    Column("requester", Document(Actor)),
    Column("result", Document(JobResult)),
    Column("failure", String),
    required("failure_detail", String),
    Column("agent_state", String),
    required("lock_key", Key),
    required("holds_lock", Boolean),
    Column("parent_id", Key),
    Column("delivery_id", Serial),
    required("request_id", String),
    Column("worker", String),
    Column("lease_until", Moment),
    Column("cancel_requested_at", Moment),
    required("cancel_requested_by", String),
    Column("deadline", Moment),
    required("last_seq", Integer),
    required("created_at", Moment),
    required("updated_at", Moment),
    # What listings look for, taken from context and requester.
    required("requester_id", Key),
    required("repository", Key),
    required("thread", Key),
    Column("place", Key),  # of its work; NULL where there is none
    required("comment_id", Key),
    Column("trimmed_at", Moment),  # when its events went; the noun does not tell
)
_j = jobs.c
_queued = has_status(_j.status, JobStatus.QUEUED)
_active = has_status(_j.status, *ACTIVE)
partial("ux_jobs_handle", _j.handle, where=_j.handle != word(""), unique=True)
# The backstop of the lock: whatever a claim overlooks, two jobs never hold one.
partial("ux_jobs_lock", _j.lock_key, where=literal_column("holds_lock", Boolean), unique=True)
partial("ix_jobs_line", _j.lock_key, _j.created_at, _j.id, where=_queued)
partial("ix_jobs_queued", _j.created_at, _j.id, where=_queued)
partial("ix_jobs_lease", _j.lease_until, where=has_status(_j.status, JobStatus.RUNNING))
# With the status in it, SQLite prefers it to the index over all of somebody's jobs.
partial("ix_jobs_active_requester", _j.requester_id, _j.status, where=_active)
partial("ix_jobs_active_place", _j.place, _j.status, where=_active)
IS_UNTRIMMED = and_(_j.end_time.is_not(None), _j.trimmed_at.is_(None))
partial("ix_jobs_untrimmed", _j.end_time, where=IS_UNTRIMMED)
Index("ix_jobs_created", _j.created_at)
Index("ix_jobs_requester", _j.requester_id, _j.created_at)
Index("ix_jobs_repository", _j.repository, _j.created_at)
Index("ix_jobs_thread", _j.thread, _j.created_at)

job_events = Table(
    "job_events",
    metadata,
    Column("job_id", Key, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("attempt", Integer),
    required("type", String),
    Column("data", String),
    Column("success", Boolean),
    Column("timestamp", Moment),
    required("facts", Facts),
    sqlite_with_rowid=False,
)

transitions = Table(
    "transitions",
    metadata,
    numbered(),
    Column("job_id", Key, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    required("attempt", Integer),
    required("subject", String),
    Column("before", String),
    required("after", String),
    required("at", Moment),
    required("by", String),
    Index("ix_transitions_job", "job_id", "id"),
)
