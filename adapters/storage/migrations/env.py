"""Alembic's environment: runs on the connection and in the transaction that `migrate` gives it."""

from __future__ import annotations

from alembic import context

from adapters.storage.migrations.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite can alter little in place: Alembic copies the table instead. https://alembic.sqlalchemy.org/en/latest/batch.html
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
