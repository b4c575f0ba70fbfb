"""Small nouns of people across platforms, and of what waits for their answer."""

from __future__ import annotations

from datetime import timedelta

from models.base import now
from models.identity import Account, Linking, Visit
from models.message import Thread, ThreadKind
from models.pending import Pending, PendingKind
from models.source import SourceType
from tests.adapters.storage.nouns import LONG_AGO

ANA = Account(platform="slack", workspace="T1", id="U1", login="ana")
OCTO = Account(platform="github", id="1", login="octo")
CHANNEL = Thread(source=SourceType.SLACK, workspace="T1", kind=ThreadKind.CHANNEL, channel="C1", root="1.2")


def linking(digest: str = "c0de", account: Account = ANA, minutes: float = 10, **given: object) -> Linking:
    # Made by a host whose clock is far behind: the database's decides.
    ends = LONG_AGO + timedelta(minutes=minutes)
    plain = {"digest": digest, "account": account, "created_at": LONG_AGO, "expires_at": ends}
    return Linking.model_validate(plain | given)


def visit(id: str = "v-1", linking: str = "c0de", minutes: float = 10) -> Visit:
    return Visit(id=id, linking=linking, expires_at=now() + timedelta(minutes=minutes))


def pending(id: str = "p-1", minutes: float = 60, **given: object) -> Pending:
    plain: dict[str, object] = {
        "id": id,
        "key": f"key-{id}",
        "kind": PendingKind.REPOSITORY,
        "asker": ANA,
        "thread": CHANNEL,
        "line": "fix the test",
        "delivery_id": 7,
        "created_at": LONG_AGO,
        "expires_at": LONG_AGO + timedelta(minutes=minutes),
    }
    return Pending.model_validate(plain | given)
