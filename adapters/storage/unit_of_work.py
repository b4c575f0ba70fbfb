"""One transaction, and the repositories that work in it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.storage.accounts import AccountRows
from adapters.storage.audit import AuditRows
from adapters.storage.changes import ChangeRows
from adapters.storage.deliveries import DeliveryRows
from adapters.storage.jobs import JobRepository
from adapters.storage.keys import KeyRows
from adapters.storage.outbox import OutboxRows
from adapters.storage.pending import PendingRows
from adapters.storage.people import PeopleRows
from adapters.storage.retention import RetentionRows
from adapters.storage.rooms import RoomRows
from adapters.storage.visits import VisitRows
from adapters.storage.workers import WorkerRows


class SQLUnitOfWork:
    """The `UnitOfWork` port."""

    def __init__(self, connection: AsyncConnection, owner: str) -> None:
        self.deliveries = DeliveryRows(connection, owner)
        self.keys = KeyRows(connection, owner)
        self.jobs = JobRepository(connection, owner)
        self.outbox = OutboxRows(connection, owner)
        self.changes = ChangeRows(connection, owner)
        self.workers = WorkerRows(connection, owner)
        self.audit = AuditRows(connection, owner)
        self.accounts = AccountRows(connection, owner)
        self.retention = RetentionRows(connection, owner)
        self.people = PeopleRows(connection, owner)
        self.visits = VisitRows(connection, owner)
        self.pending = PendingRows(connection, owner)
        self.rooms = RoomRows(connection, owner)
