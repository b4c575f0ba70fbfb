"""What a delivery waits for, and looking up those that still wait by their place and address."""

from __future__ import annotations

from alembic import op

from adapters.storage.migrations.words import KEY, index, may

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", may("waits_for", KEY))
    _index_where("thread != ''", "url != ''")


def downgrade() -> None:
    _index_where("finished_at IS NOT NULL", "finished_at IS NOT NULL")
    op.drop_column("deliveries", "waits_for")


def _index_where(has_thread: str, has_url: str) -> None:
    for column, where in {"thread": has_thread, "url": has_url}.items():
        op.drop_index(f"ix_deliveries_{column}", "deliveries")
        index(f"ix_deliveries_{column}", "deliveries", f"{column} id", where)
