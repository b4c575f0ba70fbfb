"""All tables of this release, and the name of the migration that makes them."""

from __future__ import annotations

from adapters.storage.chat_tables import people
from adapters.storage.job_tables import jobs
from adapters.storage.other_tables import audit
from adapters.storage.tables import metadata

# The newest script under `versions/`, named here so that a worker can see that all is well without loading Alembic.
HEAD = "0011"

# Tables join the metadata when their modules load.
__all__ = ["HEAD", "audit", "jobs", "metadata", "people"]
