"""People across platforms, requests that wait for an answer, rooms; and answers for one person alone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from adapters.storage.migrations.words import KEY, MOMENT, SERIAL, TEXT, drop, index, may, must, numbered

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ACCOUNT = "platform integration workspace account_id"
WAITING = "state = 'waiting'"


def _account() -> list[sa.Column[Any]]:
    return [*(must(name, KEY) for name in ACCOUNT.split()), must("login", TEXT)]


def _people() -> None:
    op.create_table("people", numbered(), must("created_at", MOMENT), sqlite_autoincrement=True)
    op.create_table(
        "identities",
        numbered(),
        *_account(),
        must("person_id", SERIAL),
        must("linked_at", MOMENT),
        sa.UniqueConstraint(*ACCOUNT.split(), name="uq_identities_platform_integration_workspace_account_id"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_identities_person_id", ondelete="CASCADE"
        ),
    )
    index("ix_identities_person", "identities", "person_id")


def _linkings() -> None:
    op.create_table(
        "linkings",
        must("digest", KEY),
        *_account(),
        must("created_at", MOMENT),
        must("expires_at", MOMENT),
        may("used_at", MOMENT),
        may("used_by", TEXT),
        sa.PrimaryKeyConstraint("digest", name="pk_linkings"),
    )
    index("ix_linkings_expires_at", "linkings", "expires_at")
    index("ux_linkings_unused", "linkings", ACCOUNT, "used_at IS NULL", unique=True)


def _pending_requests() -> None:
    table = "pending_requests"
    op.create_table(
        table,
        must("id", KEY),
        must("key", KEY),
        must("kind", KEY),
        *_account(),
        must("thread", TEXT),
        must("line", TEXT),
        must("delivery_id", SERIAL),
        must("choices", TEXT),
        must("state", KEY),
        must("answer", TEXT),
        must("answer_url", TEXT),
        must("created_at", MOMENT),
        must("expires_at", MOMENT),
        may("answered_at", MOMENT),
        may("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_pending_requests"),
    )
    index("ix_pending_requests_answered", table, "key answered_at", "state = 'answered'")
    index("ix_pending_requests_asker", table, f"{ACCOUNT} kind created_at", WAITING)
    index("ix_pending_requests_delivery", table, "delivery_id", WAITING)
    index("ix_pending_requests_due", table, "expires_at", WAITING)
    index("ix_pending_requests_ended", table, "ended_at", "ended_at IS NOT NULL")
    index("ux_pending_requests_key", table, "key", WAITING, unique=True)


def _rooms() -> None:
    op.create_table(
        "rooms",
        must("platform", KEY),
        must("integration", KEY),
        must("workspace", KEY),
        must("channel", KEY),
        must("repository", TEXT),
        must("set_by", TEXT),
        must("updated_at", MOMENT),
        sa.PrimaryKeyConstraint("platform", "integration", "workspace", "channel", name="pk_rooms"),
    )


def _subscriptions() -> None:
    once = ("platform", "integration", "channel", "forge", "forge_integration", "repository")
    op.create_table(
        "subscriptions",
        numbered(),
        must("platform", KEY),
        must("integration", KEY),
        must("channel", KEY),
        must("thread", TEXT),
        must("forge", KEY),
        must("forge_integration", KEY),
        must("repository", KEY),
        must("events", TEXT),
        must("by", TEXT),
        must("created_at", MOMENT),
        sa.UniqueConstraint(*once, name="uq_subscriptions_once"),
    )
    index("ix_subscriptions_repository", "subscriptions", "forge forge_integration repository")


def upgrade() -> None:
    _people()
    _linkings()
    _pending_requests()
    _rooms()
    _subscriptions()
    # What lies in the outbox already is for everybody.
    op.add_column("outbox", sa.Column("audience", KEY, nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("answer_url", TEXT, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("outbox", "answer_url")
    op.drop_column("outbox", "audience")
    drop("subscriptions", "rooms", "pending_requests", "linkings", "identities", "people")
