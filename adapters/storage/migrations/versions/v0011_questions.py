"""Of a question neither what was offered first is kept (it is looked up while somebody types), nor where its request
might have been answered: what stands in its place is sent to where the click came from, or edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.storage.migrations.words import TEXT

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("choices", "answer_url"):
        op.drop_column("pending_requests", name)


def downgrade() -> None:
    for name, usual in (("choices", "[]"), ("answer_url", "")):
        op.add_column("pending_requests", sa.Column(name, TEXT, nullable=False, server_default=usual))
