"""Durable storage on SQLAlchemy: SQLite by default, PostgreSQL by URL. `open_storage` is the way in."""

from adapters.storage.storage import SQLStorage, open_storage

__all__ = ["SQLStorage", "open_storage"]
