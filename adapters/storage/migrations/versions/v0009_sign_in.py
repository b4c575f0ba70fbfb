"""Links that lead to the forge, and the browsers that come back from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.storage.migrations.words import KEY, MOMENT, TEXT, drop, index, may, must

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("linkings", may("door", KEY))
    op.add_column("linkings", may("thread", TEXT))
    index("ux_linkings_door", "linkings", "door", "door IS NOT NULL", unique=True)
    op.create_table(
        "link_visits",
        must("id", KEY),
        must("linking", KEY),
        may("account", TEXT),
        must("expires_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_link_visits"),
    )
    index("ix_link_visits_linking", "link_visits", "linking")
    index("ix_link_visits_expires_at", "link_visits", "expires_at")


def downgrade() -> None:
    drop("link_visits")
    op.drop_index("ux_linkings_door", "linkings")
    op.drop_column("linkings", "thread")
    op.drop_column("linkings", "door")
