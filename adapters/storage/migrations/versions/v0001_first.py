"""The first schema: inbox, outbox, jobs with their events and transitions, changes, workers, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Migrations never import the tables they made: those go on changing.
TEXT = sa.Text()
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.BigInteger()  # microseconds since 1970
NUMBER = sa.Integer()
LARGE = sa.BigInteger()
FLAG = sa.Boolean()
BYTES = sa.LargeBinary()


def must(name: str, type_: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, type_, nullable=False)


def may(name: str, type_: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, type_, nullable=True)


def numbered() -> sa.Column[int]:
    return sa.Column("id", SERIAL, sa.Identity(), primary_key=True)


def index(name: str, table: str, columns: str, where: str | None = None, *, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        name, table, columns.split(), unique=unique, sqlite_where=condition, postgresql_where=condition
    )


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


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        numbered(),
        must("platform", KEY),
        must("integration", KEY),
        must("key", KEY),
        must("origin", TEXT),
        must("event", TEXT),
        must("action", TEXT),
        must("request_id", TEXT),
        must("received_at", MOMENT),
        must("receipts", NUMBER),
        must("attempts", NUMBER),
        may("claimed_by", TEXT),
        may("lease_until", MOMENT),
        must("due_at", MOMENT),
        may("finished_at", MOMENT),
        may("disposition", KEY),
        must("detail", TEXT),
        must("actor_id", KEY),
        must("thread", KEY),
        must("comment_id", KEY),
        must("url", KEY),
        sa.UniqueConstraint("platform", "integration", "key", name="uq_deliveries_platform_integration_key"),
        sqlite_autoincrement=True,
    )
    index("ix_deliveries_disposition", "deliveries", "disposition id", "disposition IS NOT NULL")
    index("ix_deliveries_due", "deliveries", "due_at id", "finished_at IS NULL")
    index("ix_deliveries_finished", "deliveries", "finished_at", "finished_at IS NOT NULL")
    index("ix_deliveries_thread", "deliveries", "thread id", "finished_at IS NOT NULL")
    index("ix_deliveries_url", "deliveries", "url id", "finished_at IS NOT NULL")


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
    index("ix_jobs_active_repository", "jobs", "repository", "status IN ('queued', 'running', 'parked')")
    index("ix_jobs_active_requester", "jobs", "requester_id", "status IN ('queued', 'running', 'parked')")
    index("ix_jobs_created", "jobs", "created_at")
    index("ix_jobs_lease", "jobs", "lease_until", "status = 'running'")
    index("ix_jobs_line", "jobs", "lock_key created_at id", "status = 'queued'")
    index("ix_jobs_queued", "jobs", "created_at id", "status = 'queued'")
    index("ix_jobs_repository", "jobs", "repository created_at")
    index("ix_jobs_requester", "jobs", "requester_id created_at")
    index("ix_jobs_thread", "jobs", "thread created_at")
    index("ux_jobs_handle", "jobs", "handle", "handle != ''", unique=True)
    index("ux_jobs_lock", "jobs", "lock_key", "holds_lock", unique=True)


def _keys() -> None:
    op.create_table(
        "keys",
        must("key", KEY),
        must("delivery_id", SERIAL),
        must("taken_at", MOMENT),
        sa.PrimaryKeyConstraint("key", name="pk_keys"),
    )
    index("ix_keys_taken_at", "keys", "taken_at")


def _outbox() -> None:
    op.create_table(
        "outbox",
        numbered(),
        must("key", KEY),
        must("kind", KEY),
        must("platform", TEXT),
        must("integration", TEXT),
        must("thread", TEXT),
        must("thread_key", KEY),
        must("marker", TEXT),
        must("text", TEXT),
        must("reaction", TEXT),
        must("target_kind", TEXT),
        must("target_id", TEXT),
        may("job_id", KEY),
        may("delivery_id", SERIAL),
        must("request_id", TEXT),
        must("state", KEY),
        must("wanted", NUMBER),
        must("shown", NUMBER),
        must("is_urgent", FLAG),
        must("was_urgent", FLAG),
        may("remote_id", TEXT),
        must("remote_url", TEXT),
        must("shown_digest", TEXT),
        must("attempts", NUMBER),
        must("is_ambiguous", FLAG),
        must("was_ambiguous", FLAG),
        may("claimed_by", TEXT),
        may("lease_until", MOMENT),
        must("due_at", MOMENT),
        must("created_at", MOMENT),
        may("sent_at", MOMENT),
        must("last_error", TEXT),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    index("ix_outbox_dead", "outbox", "id", "state = 'dead'")
    index("ix_outbox_due", "outbox", "due_at id", "state = 'waiting' AND wanted > shown")
    index("ix_outbox_line", "outbox", "thread_key id", "state = 'waiting'")
    index("ux_outbox_card", "outbox", "job_id", "kind = 'card'", unique=True)


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


def _bodies() -> None:
    op.create_table(
        "bodies",
        must("delivery_id", SERIAL),
        must("headers", BYTES),
        must("body", BYTES),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_bodies"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_bodies_delivery_id", ondelete="CASCADE"
        ),
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
    _deliveries()
    _jobs()
    _keys()
    _outbox()
    _processes()
    _workers()
    _bodies()
    _change_jobs()
    _job_events()
    _transitions()
    if op.get_context().dialect.name == "postgresql":
        # The bodies are compressed already. https://www.postgresql.org/docs/current/storage-toast.html
        op.execute("ALTER TABLE bodies ALTER COLUMN headers SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE bodies ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    for table in (
        "transitions",
        "job_events",
        "change_jobs",
        "bodies",
        "workers",
        "processes",
        "outbox",
        "keys",
        "jobs",
        "deliveries",
        "changes",
        "audit",
    ):
        op.drop_table(table)
