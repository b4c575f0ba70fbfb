"""Who we are on each platform, and finding what is past its time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.storage.migrations.words import KEY, MOMENT, TEXT, drop, index, may, must

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        must("platform", KEY),
        must("integration", KEY),
        must("account", TEXT),
        must("told_at", MOMENT),
        sa.PrimaryKeyConstraint("platform", "integration", name="pk_accounts"),
    )
    op.add_column("jobs", may("trimmed_at", MOMENT))
    index("ix_jobs_untrimmed", "jobs", "end_time", "end_time IS NOT NULL AND trimmed_at IS NULL")
    index("ix_outbox_sent", "outbox", "sent_at", "state = 'done' AND kind != 'card'")


def downgrade() -> None:
    op.drop_index("ix_outbox_sent", "outbox")
    op.drop_index("ix_jobs_untrimmed", "jobs")
    op.drop_column("jobs", "trimmed_at")
    drop("accounts")
