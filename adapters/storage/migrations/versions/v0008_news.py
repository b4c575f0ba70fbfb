"""How much a channel was told lately of the repositories it follows."""

from __future__ import annotations

from alembic import op

from adapters.storage.migrations.words import index

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index("ix_outbox_news", "outbox", "thread_key created_at", "kind = 'news'")


def downgrade() -> None:
    op.drop_index("ix_outbox_news", "outbox")
