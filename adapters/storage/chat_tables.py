"""The tables of people across platforms, of requests that wait for an answer, and of channels.

What is looked for all the time (an unused code, what waits) has a partial index that holds nothing else. Of one
account one code is unused, and of one command one request waits: the databases themselves see to that.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint, literal_column

from adapters.storage.account_columns import account_columns
from adapters.storage.columns import Document, Key, Moment, Serial, String, Words
from adapters.storage.tables import metadata, numbered, partial, required
from models.identity import Account
from models.message import Thread
from models.pending import PendingState

people = Table(
    "people",
    metadata,
    numbered(),
    required("created_at", Moment),
    sqlite_autoincrement=True,
)

# Not `accounts`: those are our own.
identities = Table(
    "identities",
    metadata,
    numbered(),
    *account_columns(),
    Column("person_id", Serial, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    required("linked_at", Moment),
    UniqueConstraint("platform", "integration", "workspace", "account_id"),
    Index("ix_identities_person", "person_id"),
)

linkings = Table(
    "linkings",
    metadata,
    Column("digest", Key, primary_key=True),
    *account_columns(),
    required("created_at", Moment),
    required("expires_at", Moment),
    Column("used_at", Moment),
    Column("used_by", Document(Account)),
    Column("door", Key),
    Column("thread", Document(Thread)),
    Index("ix_linkings_expires_at", "expires_at"),
)
_l = linkings.c
IS_UNUSED = _l.used_at.is_(None)
partial(
    "ux_linkings_unused",
    _l.platform,
    _l.integration,
    _l.workspace,
    _l.account_id,
    where=IS_UNUSED,
    unique=True,
)
partial("ux_linkings_door", _l.door, where=_l.door.is_not(None), unique=True)

link_visits = Table(
    "link_visits",
    metadata,
    Column("id", Key, primary_key=True),
    required("linking", Key),
    Column("account", Document(Account)),
    required("expires_at", Moment),
    Index("ix_link_visits_linking", "linking"),
    Index("ix_link_visits_expires_at", "expires_at"),
)

pending_requests = Table(
    "pending_requests",
    metadata,
    Column("id", Key, primary_key=True),
    required("key", Key),
    required("kind", Key),
    *account_columns(),
    required("thread", Document(Thread)),
    required("line", String),
    required("delivery_id", Serial),
    required("state", Key),
    required("answer", String),
    required("created_at", Moment),
    required("expires_at", Moment),
    Column("answered_at", Moment),
    Column("ended_at", Moment),
)
_p = pending_requests.c
# Literals, because SQLite uses a partial index only for a condition written as in the index.
IS_WAITING = _p.state == literal_column(f"'{PendingState.WAITING}'", Text)
IS_ANSWERED = _p.state == literal_column(f"'{PendingState.ANSWERED}'", Text)
partial("ux_pending_requests_key", _p.key, where=IS_WAITING, unique=True)
partial("ix_pending_requests_answered", _p.key, _p.answered_at, where=IS_ANSWERED)
partial(
    "ix_pending_requests_asker",
    _p.platform, _p.integration, _p.workspace, _p.account_id, _p.kind, _p.created_at,
    where=IS_WAITING,
)  # fmt: skip
partial("ix_pending_requests_due", _p.expires_at, where=IS_WAITING)
partial("ix_pending_requests_delivery", _p.delivery_id, where=IS_WAITING)
partial("ix_pending_requests_ended", _p.ended_at, where=_p.ended_at.is_not(None))

rooms = Table(
    "rooms",
    metadata,
    Column("platform", Key, primary_key=True),
    Column("integration", Key, primary_key=True),
    Column("workspace", Key, primary_key=True),
    Column("channel", Key, primary_key=True),
    required("repository", String),
    required("set_by", String),
    required("updated_at", Moment),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    numbered(),
    required("platform", Key),
    required("integration", Key),
    required("channel", Key),
    required("thread", Document(Thread)),
    required("forge", Key),
    required("forge_integration", Key),
    required("repository", Key),
    required("events", Words),
    required("by", String),
    required("created_at", Moment),
    UniqueConstraint(
        "platform",
        "integration",
        "channel",
        "forge",
        "forge_integration",
        "repository",
        name="uq_subscriptions_once",
    ),
    Index("ix_subscriptions_repository", "forge", "forge_integration", "repository"),
)
