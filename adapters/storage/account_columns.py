"""How somebody's account lies in a row: what tells it apart is looked up, the login is only shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, RowMapping, Table

from adapters.storage.columns import Key, String
from models.identity import Account

PARTS = ("platform", "integration", "workspace", "account_id")  # as `Account.key` has them
INSTANCE = PARTS[:3]


def account_columns() -> Iterator[Column[Any]]:
    """For a table whose rows are about an account."""
    yield from (Column(name, Key, nullable=False) for name in PARTS)
    yield Column("login", String, nullable=False)


def to_columns(account: Account) -> dict[str, Any]:
    """Their values."""
    return dict(zip(PARTS, account.key, strict=True)) | {"login": account.login}


def to_account(row: Mapping[str, Any] | RowMapping) -> Account:
    """The account a row is about."""
    return Account(**{name: row[name] for name in INSTANCE}, id=row["account_id"], login=row["login"])


def is_of(table: Table, account: Account) -> tuple[ColumnElement[bool], ...]:
    """The row is about this account."""
    return tuple(table.c[name] == value for name, value in zip(PARTS, account.key, strict=True))


def is_beside(table: Table, account: Account) -> tuple[ColumnElement[bool], ...]:
    """The row is about an account of the same instance, and the same tenant there."""
    return is_of(table, account)[: len(INSTANCE)]
