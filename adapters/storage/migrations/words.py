"""The few words migration scripts are written in. They never import the tables they made: those go on changing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text()
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.BigInteger()  # microseconds since 1970
NUMBER = sa.Integer()
LARGE = sa.BigInteger()
FLAG = sa.Boolean()
BYTES = sa.LargeBinary()


def must(name: str, type_: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    """A column that is never NULL."""
    return sa.Column(name, type_, nullable=False)


def may(name: str, type_: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    """A column that may be NULL."""
    return sa.Column(name, type_, nullable=True)


def numbered() -> sa.Column[int]:
    """A key the database counts up."""
    return sa.Column("id", SERIAL, sa.Identity(), primary_key=True)


def index(name: str, table: str, columns: str, where: str | None = None, *, unique: bool = False) -> None:
    """Make an index over `columns` (separated by blanks), partial when `where` says so."""
    condition = None if where is None else sa.text(where)
    op.create_index(
        name, table, columns.split(), unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def drop(*tables: str) -> None:
    """Drop them, in this order."""
    for table in tables:
        op.drop_table(table)
