"""The inbox with its keys, and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.storage.migrations.words import (
    BYTES,
    FLAG,
    KEY,
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

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


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
    index("ix_deliveries_due", "deliveries", "platform integration due_at id", "finished_at IS NULL")
    index("ix_deliveries_finished", "deliveries", "finished_at", "finished_at IS NOT NULL")
    index("ix_deliveries_thread", "deliveries", "thread id", "finished_at IS NOT NULL")
    index("ix_deliveries_url", "deliveries", "url id", "finished_at IS NOT NULL")


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
        must("platform", KEY),
        must("integration", KEY),
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
    index("ix_outbox_due", "outbox", "platform integration due_at id", "state = 'waiting' AND wanted > shown")
    index("ix_outbox_line", "outbox", "thread_key id", "state = 'waiting'")
    index("ux_outbox_card", "outbox", "job_id", "kind = 'card'", unique=True)


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


def upgrade() -> None:
    _deliveries()
    _keys()
    _outbox()
    _bodies()
    if op.get_context().dialect.name == "postgresql":
        # They are compressed or small already. https://www.postgresql.org/docs/current/storage-toast.html
        op.execute("ALTER TABLE bodies ALTER COLUMN headers SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE bodies ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    drop("bodies", "outbox", "keys", "deliveries")
