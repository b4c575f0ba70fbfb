"""The schema's history: one Alembic script a step, applied at start and by command."""
