"""Changes and limits are those of one instance of one platform; processes are found by their job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.storage.migrations.words import KEY, index

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ACTIVE = "status IN ('queued', 'running', 'parked')"
# A change is where the jobs that worked on it had their place. One whose jobs are all gone is of the only forge there
# was until now.
FILL = (
    "UPDATE changes SET place = COALESCE("
    "(SELECT max(jobs.place) FROM jobs JOIN change_jobs ON change_jobs.job_id = jobs.id"
    " WHERE change_jobs.change_id = changes.id AND jobs.repository = changes.repository),"
    " 'github:default:' || repository || '#')"
)


def upgrade() -> None:
    op.add_column("changes", sa.Column("place", KEY, nullable=False, server_default=""))
    op.execute(FILL)
    for name in ("issue", "pull"):
        op.drop_index(f"ix_changes_{name}", "changes")
        index(f"ix_changes_{name}", "changes", f"place {name}_number")
    op.drop_index("ix_jobs_active_repository", "jobs")
    index("ix_jobs_active_place", "jobs", "place status", ACTIVE)
    index("ix_processes_job", "processes", "job_id")


def downgrade() -> None:
    op.drop_index("ix_processes_job", "processes")
    op.drop_index("ix_jobs_active_place", "jobs")
    index("ix_jobs_active_repository", "jobs", "repository status", ACTIVE)
    for name in ("issue", "pull"):
        op.drop_index(f"ix_changes_{name}", "changes")
        index(f"ix_changes_{name}", "changes", f"repository {name}_number")
    op.drop_column("changes", "place")
