"""Small nouns for the storage's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.base import now
from models.change import Change
from models.delivery import Delivery, WebhookRequest
from models.job import Job, JobContext
from models.message import Actor, Thread
from models.outbox import OutboxKind, OutboxRow
from models.source import SourceType

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
HERE = {"platform": "github", "integration": "default"}
ANA = Actor(id="1", login="ana")
SHOP = "github:default:acme/shop#"


def place(
    number: int = 42, repository: str = "acme/shop", source: SourceType = SourceType.GITHUB, **given: str
) -> Thread:
    return Thread(source=source, repository=repository, number=number, **given)


def delivery(key: str = "d-1", **given: object) -> Delivery:
    plain: dict[str, object] = {
        "platform": "github",
        "key": key,
        "event": "issue_comment",
        "request": WebhookRequest(headers={"x-github-delivery": key}, body=b'{"action": "created"}'),
        "received_at": now(),
        "due_at": now(),
    }
    if "received_at" in given:
        plain["due_at"] = given["received_at"]
    return Delivery.model_validate(plain | given)


def job(id: str = "job-1", minute: int = 0, **given: object) -> Job:
    thread = given.pop("thread", place())
    assert isinstance(thread, Thread)
    context = JobContext(
        issue_id="7",
        issue_key=thread.name,
        user_msg="fix it",
        display_name="Ana",
        workspace_name="acme",
        repository=thread.repository,
        thread=thread,
        comment_id=str(given.pop("comment_id", "900")),
    )
    plain: dict[str, object] = {
        "id": id,
        "handle": f"J-{id[-4:].upper()}",
        "context": context,
        "requester": ANA,
        "lock_key": thread.key,
        "created_at": LONG_AGO + timedelta(minutes=minute),
    }
    return Job.model_validate(plain | given)


def outgoing(key: str = "reply-1", kind: OutboxKind = OutboxKind.REPLY, **given: object) -> OutboxRow:
    plain: dict[str, object] = {
        "key": key,
        "kind": kind,
        "platform": "github",
        "thread": place(),
        "text": "hello",
        "due_at": LONG_AGO,
        "created_at": LONG_AGO,
    }
    return OutboxRow.model_validate(plain | given)


def card(job_id: str = "job-1", **given: object) -> OutboxRow:
    return outgoing(f"card-{job_id}", OutboxKind.CARD, job_id=job_id, **given)


def change(**given: object) -> Change:
    plain: dict[str, object] = {
        "place": SHOP,
        "repository": "acme/shop",
        "issue_number": 42,
        "branch": "bellhop/J-1",
        "base": "main",
        "updated_at": LONG_AGO,
    }
    return Change.model_validate(plain | given)
