"""Where a job's work is, which is not always where it was asked for; cards by the message that shows them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.storage.migrations.words import KEY, TEXT, index, may

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Until now every job was asked for where its work is: thread `github:default:acme/shop#42` lies in place
# `github:default:acme/shop#`.
FILL = {
    "sqlite": "UPDATE jobs SET place = substr(thread, 1, instr(thread, '#'))",
    "postgresql": "UPDATE jobs SET place = left(thread, strpos(thread, '#'))",
}


def upgrade() -> None:
    op.add_column("jobs", may("place", KEY))
    op.execute(FILL[op.get_bind().dialect.name])
    op.add_column("outbox", sa.Column("body", TEXT, nullable=False, server_default=""))
    index("ix_outbox_cards", "outbox", "remote_id", "kind = 'card'")


def downgrade() -> None:
    op.drop_index("ix_outbox_cards", "outbox")
    op.drop_column("outbox", "body")
    op.drop_column("jobs", "place")
