"""The tables of changes, worker hosts, their process groups, the audit, and our own accounts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table

from adapters.storage.columns import Document, Facts, Key, Moment, Serial, String
from adapters.storage.tables import metadata, numbered, required
from models.message import Actor

changes = Table(
    "changes",
    metadata,
    numbered(),
    required("repository", Key),
    Column("issue_number", BigInteger),
    Column("pull_number", BigInteger),
    required("pull_url", String),
    required("branch", String),
    required("base", String),
    required("head_sha", String),
    required("head_repository", String),
    required("agent", String),
    Column("session", String),
    required("job_id", Key),
    required("is_open", Boolean),
    required("updated_at", Moment),
    Column("place", Key, nullable=False, server_default=""),
    Index("ix_changes_issue", "place", "issue_number"),
    Index("ix_changes_pull", "place", "pull_number"),
)

# Every job that ever worked on a change; the change itself names only the latest.
change_jobs = Table(
    "change_jobs",
    metadata,
    Column("job_id", Key, primary_key=True),
    Column(
        "change_id",
        Serial,
        ForeignKey("changes.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Index("ix_change_jobs_change", "change_id"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Key, primary_key=True),
    required("host", String),
    required("boot_id", String),
    required("pid", BigInteger),
    required("version", String),
    required("started_at", Moment),
    required("seen_at", Moment),
    required("capacity", Integer),
)

processes = Table(
    "processes",
    metadata,
    Column("host", Key, primary_key=True),
    Column("boot_id", Key, primary_key=True),
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("started_ticks", BigInteger, primary_key=True, autoincrement=False),
    required("job_id", Key),
    required("attempt", Integer),
    required("role", String),
    Index("ix_processes_job", "job_id"),
)

audit = Table(
    "audit",
    metadata,
    numbered(),
    required("at", Moment),
    required("actor", String),
    required("action", String),
    required("subject", String),
    required("detail", Facts),
    required("request_id", String),
    Column("seal", String),
    Index("ix_audit_actor", "actor", "at"),
    sqlite_autoincrement=True,
)

accounts = Table(
    "accounts",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("integration", Key, primary_key=True),
    required("account", Document(Actor)),
    required("told_at", Moment),
)
