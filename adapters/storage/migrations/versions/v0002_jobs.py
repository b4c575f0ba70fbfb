"""Jobs with their events and transitions, changes, worker hosts, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.storage.migrations.words import (
    FLAG,
    KEY,
    LARGE,
    MOMENT,
    NUMBER,
    SERIAL,
    TEXT,
    drop,
    index,
    may,
    must,
    numbered,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _audit() -> None:
    op.create_table(
        "audit",
        numbered(),
        must("at", MOMENT),
        must("actor", TEXT),
        must("action", TEXT),
        must("subject", TEXT),
        must("detail", TEXT),
        must("request_id", TEXT),
        may("seal", TEXT),
        sqlite_autoincrement=True,
    )


def _changes() -> None:
    op.create_table(
        "changes",
        numbered(),
        must("repository", KEY),
        may("issue_number", LARGE),
        may("pull_number", LARGE),
        must("pull_url", TEXT),
        must("branch", TEXT),
        must("base", TEXT),
        must("head_sha", TEXT),
        must("head_repository", TEXT),
        must("agent", TEXT),
        may("session", TEXT),
        must("job_id", KEY),
        must("is_open", FLAG),
        must("updated_at", MOMENT),
    )
    index("ix_changes_issue", "changes", "repository issue_number")
    index("ix_changes_pull", "changes", "repository pull_number")


def _jobs() -> None:
    op.create_table(
        "jobs",
        must("id", KEY),
        must("status", KEY),
        may("success", FLAG),
        may("start_time", MOMENT),
        may("end_time", MOMENT),
        may("container_id", TEXT),
        may("zip_file_path", TEXT),
        must("handle", KEY),
        must("kind", TEXT),
        must("attempt", NUMBER),
        must("max_attempts", NUMBER),
        must("request", TEXT),
        may("context", TEXT),
        may("requester", TEXT),
        may("result", TEXT),
        may("failure", TEXT),
        must("failure_detail", TEXT),
        may("agent_state", TEXT),
        must("lock_key", KEY),
        must("holds_lock", FLAG),
        may("parent_id", KEY),
        may("delivery_id", SERIAL),
        must("request_id", TEXT),
        may("worker", TEXT),
        may("lease_until", MOMENT),
        may("cancel_requested_at", MOMENT),
        must("cancel_requested_by", TEXT),
        may("deadline", MOMENT),
        must("last_seq", NUMBER),
        must("created_at", MOMENT),
        must("updated_at", MOMENT),
        must("requester_id", KEY),
        must("repository", KEY),
        must("thread", KEY),
        must("comment_id", KEY),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    index(
        "ix_jobs_active_repository", "jobs", "repository status", "status IN ('queued', 'running', 'parked')"
    )
    index(
        "ix_jobs_active_requester", "jobs", "requester_id status", "status IN ('queued', 'running', 'parked')"
    )
    index("ix_jobs_created", "jobs", "created_at")
    index("ix_jobs_lease", "jobs", "lease_until", "status = 'running'")
    index("ix_jobs_line", "jobs", "lock_key created_at id", "status = 'queued'")
    index("ix_jobs_queued", "jobs", "created_at id", "status = 'queued'")
    index("ix_jobs_repository", "jobs", "repository created_at")
    index("ix_jobs_requester", "jobs", "requester_id created_at")
    index("ix_jobs_thread", "jobs", "thread created_at")
    index("ux_jobs_handle", "jobs", "handle", "handle != ''", unique=True)
    index("ux_jobs_lock", "jobs", "lock_key", "holds_lock", unique=True)


def _processes() -> None:
    op.create_table(
        "processes",
        must("host", KEY),
        must("boot_id", KEY),
        must("pid", LARGE),
        must("started_ticks", LARGE),
        must("job_id", KEY),
        must("attempt", NUMBER),
        must("role", TEXT),
        sa.PrimaryKeyConstraint("host", "boot_id", "pid", "started_ticks", name="pk_processes"),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        must("id", KEY),
        must("host", TEXT),
        must("boot_id", TEXT),
        must("pid", LARGE),
        must("version", TEXT),
        must("started_at", MOMENT),
        must("seen_at", MOMENT),
        must("capacity", NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )


def _change_jobs() -> None:
    op.create_table(
        "change_jobs",
        must("job_id", KEY),
        must("change_id", SERIAL),
        sa.PrimaryKeyConstraint("job_id", "change_id", name="pk_change_jobs"),
        sa.ForeignKeyConstraint(
            ["change_id"], ["changes.id"], name="fk_change_jobs_change_id", ondelete="CASCADE"
        ),
    )
    index("ix_change_jobs_change", "change_jobs", "change_id")


def _job_events() -> None:
    op.create_table(
        "job_events",
        must("job_id", KEY),
        must("seq", NUMBER),
        may("attempt", NUMBER),
        must("type", TEXT),
        may("data", TEXT),
        may("success", FLAG),
        may("timestamp", MOMENT),
        must("facts", TEXT),
        sa.PrimaryKeyConstraint("job_id", "seq", name="pk_job_events"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_events_job_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )


def _transitions() -> None:
    op.create_table(
        "transitions",
        numbered(),
        must("job_id", KEY),
        must("attempt", NUMBER),
        must("subject", TEXT),
        may("before", TEXT),
        must("after", TEXT),
        must("at", MOMENT),
        must("by", TEXT),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_transitions_job_id", ondelete="CASCADE"),
    )
    index("ix_transitions_job", "transitions", "job_id id")


def upgrade() -> None:
    _audit()
    _changes()
    _jobs()
    _processes()
    _workers()
    _change_jobs()
    _job_events()
    _transitions()


def downgrade() -> None:
    drop("transitions", "job_events", "change_jobs", "workers", "processes", "jobs", "changes", "audit")
