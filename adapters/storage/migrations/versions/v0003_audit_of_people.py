"""What one person was answered lately is looked up with each command."""

from __future__ import annotations

from alembic import op

from adapters.storage.migrations.words import index

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index("ix_audit_actor", "audit", "actor at")


def downgrade() -> None:
    op.drop_index("ix_audit_actor", "audit")
