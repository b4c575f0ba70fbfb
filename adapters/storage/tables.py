"""The inbox's and outbox's tables. `job_tables.py` and `other_tables.py` hold the rest, all in one `metadata`.

Every claim has a partial index that holds only the rows it may find, so that it costs the same with a million finished
rows as with none. Bodies lie apart from what is updated and listed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from adapters.storage.columns import Document, Key, Moment, Serial, String
from models.message import Thread
from models.outbox import OutboxKind, OutboxState

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def required(name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]]) -> Column[Any]:
    """A column that is never NULL."""
    return Column(name, type_, nullable=False)


def numbered() -> Column[int]:
    """A key the database counts up."""
    return Column("id", Serial, Identity(), primary_key=True)


def partial(
    name: str, *columns: ColumnElement[Any], where: ColumnElement[bool], unique: bool = False
) -> Index:
    """An index over the rows `where` holds for."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


deliveries = Table(
    "deliveries",
    metadata,
    numbered(),
    required("platform", Key),
    required("integration", Key),
    required("key", Key),
    required("origin", String),
    required("event", String),
    required("action", String),
    required("request_id", String),
    required("received_at", Moment),
    required("receipts", Integer),
    required("attempts", Integer),
    Column("claimed_by", String),
    Column("lease_until", Moment),
    required("due_at", Moment),
    Column("finished_at", Moment),
    Column("disposition", Key),
    required("detail", String),
    required("actor_id", Key),
    required("thread", Key),
    required("comment_id", Key),
    required("url", Key),
    Column("waits_for", Key),
    UniqueConstraint("platform", "integration", "key"),
    sqlite_autoincrement=True,  # an id never names two deliveries, even after all older ones were pruned
)
_d = deliveries.c
partial("ix_deliveries_due", _d.platform, _d.integration, _d.due_at, _d.id, where=_d.finished_at.is_(None))
partial("ix_deliveries_finished", _d.finished_at, where=_d.finished_at.is_not(None))
partial("ix_deliveries_disposition", _d.disposition, _d.id, where=_d.disposition.is_not(None))
# Until it was looked at a delivery has neither. Literals, as SQLite needs the query to repeat the condition.
HAS_THREAD = _d.thread != literal_column("''", Text)
HAS_URL = _d.url != literal_column("''", Text)
partial("ix_deliveries_thread", _d.thread, _d.id, where=HAS_THREAD)
partial("ix_deliveries_url", _d.url, _d.id, where=HAS_URL)

# What was received, raw: headers as JSON, the body as a zstd frame. Written once, read by the claim.
bodies = Table(
    "bodies",
    metadata,
    Column(
        "delivery_id",
        Serial,
        ForeignKey("deliveries.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    required("headers", LargeBinary),
    required("body", LargeBinary),
)

keys = Table(
    "keys",
    metadata,
    Column("key", Key, primary_key=True),
    required("delivery_id", Serial),
    required("taken_at", Moment),
    Index("ix_keys_taken_at", "taken_at"),
)

outbox = Table(
    "outbox",
    metadata,
    numbered(),
    Column("key", Key, nullable=False, unique=True),
    required("kind", Key),
    required("platform", Key),
    required("integration", Key),
    required("thread", Document(Thread)),
    required("thread_key", Key),
    required("marker", String),
    required("text", String),
    Column("body", String, nullable=False, server_default=""),
    required("reaction", String),
    required("target_kind", String),
    required("target_id", String),
    Column("job_id", Key),
    Column("delivery_id", Serial),
    required("request_id", String),
    Column("audience", Key, nullable=False, server_default=""),
    Column("answer_url", String, nullable=False, server_default=""),
    required("state", Key),
    required("wanted", Integer),
    required("shown", Integer),
    required("is_urgent", Boolean),
    required("was_urgent", Boolean),  # as it was before the claim that holds the row
    Column("remote_id", String),
    required("remote_url", String),
    required("shown_digest", String),
    required("attempts", Integer),
    required("is_ambiguous", Boolean),
    required("was_ambiguous", Boolean),  # as it was before the claim that holds the row
    Column("claimed_by", String),
    Column("lease_until", Moment),
    required("due_at", Moment),
    required("created_at", Moment),
    Column("sent_at", Moment),
    required("last_error", String),
    sqlite_autoincrement=True,
)
_o = outbox.c
WAITING = literal_column(f"'{OutboxState.WAITING}'", Text)
DONE = literal_column(f"'{OutboxState.DONE}'", Text)
DEAD = literal_column(f"'{OutboxState.DEAD}'", Text)
CARD = literal_column(f"'{OutboxKind.CARD}'", Text)
NEWS = literal_column(f"'{OutboxKind.NEWS}'", Text)
# Literals, because SQLite uses a partial index only for a condition written as in the index.
partial(
    "ix_outbox_due",
    _o.platform,
    _o.integration,
    _o.due_at,
    _o.id,
    where=and_(_o.state == WAITING, _o.wanted > _o.shown),
)
partial("ix_outbox_line", _o.thread_key, _o.id, where=_o.state == WAITING)
partial("ix_outbox_sent", _o.sent_at, where=and_(_o.state == DONE, _o.kind != CARD))
partial("ix_outbox_dead", _o.id, where=_o.state == DEAD)
partial("ux_outbox_card", _o.job_id, where=_o.kind == CARD, unique=True)
partial("ix_outbox_cards", _o.remote_id, where=_o.kind == CARD)
partial("ix_outbox_news", _o.thread_key, _o.created_at, where=_o.kind == NEWS)
