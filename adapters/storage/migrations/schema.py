"""All tables of this release, and the name of the migration that makes them."""

from __future__ import annotations

from sqlalchemy import MetaData

from adapters.storage import job_tables, other_tables, tables

# The newest script under `versions/`, named here so that a worker can see that all is well without loading Alembic.
HEAD = "0001"

metadata: MetaData = tables.metadata
assert job_tables.jobs.metadata is metadata
assert other_tables.audit.metadata is metadata
