"""Each recorded delivery is read as the reviewed table says. A replay of the whole system may use it too."""

import json
import os
from pathlib import Path
from typing import Any

import yaml

from adapters.platforms.slack.facts import Own
from adapters.platforms.slack.normalize import normalize
from bot.platform import Ignored
from models.delivery import Disposition, WebhookRequest
from models.message import IncomingMessage, MessageKind
from tests.adapters.platforms.slack.deliveries import delivery

TABLE = Path(__file__).parents[3] / "golden" / "slack.yaml"
ROWS: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
READ = {"file", "disposition", "actor", "object", "comment", "text"}


def recorded() -> Path | None:
    """The folder of recorded deliveries, where there is one."""
    folder = os.environ.get("BELLHOP_PAYLOADS")
    return Path(folder, "slack") if folder and Path(folder, "slack").is_dir() else None


def request_of(path: Path) -> WebhookRequest:
    """The recorded request."""
    found = json.loads(path.read_text(encoding="utf-8"))
    body = found["body"] if isinstance(found["body"], str) else json.dumps(found["body"])
    return WebhookRequest(headers={"content-type": found["content_type"]}, body=body.encode())


def reading_of(path: Path) -> dict[str, Any]:
    """A recorded delivery as reading it says, in the form of a row; what the router decides is left open."""
    message = normalize(delivery(request_of(path)), Own())
    if isinstance(message, Ignored):
        return {"file": path.name, "disposition": message.disposition.value}
    return {
        "file": path.name,
        "disposition": undecided(message),
        "actor": message.actor.id if message.actor else None,
        "object": message.thread.key,
        "comment": message.comment_id,
        "text": message.text,
    }


def undecided(message: IncomingMessage) -> str:
    """What becomes of a message as long as nobody parses it: `message` stands for whatever the router decides."""
    if message.actor is not None and message.actor.is_bot:
        return "ignored:bot"
    if message.kind is MessageKind.EVENT:
        return "ignored:event"
    if message.is_deleted:
        return "ignored:deleted"
    return "message" if message.is_created else "ignored:edited"


def test_every_recorded_delivery_is_read_as_reviewed() -> None:
    folder = recorded()
    found = [reading_of(path) for path in sorted(folder.glob("*.json"))] if folder else []
    reviewed = {row["file"]: row for row in ROWS}
    assert [row for row in found if row != reviewed.get(row["file"])] == []


def test_every_recorded_delivery_has_a_row() -> None:
    folder = recorded()
    names = {path.name for path in folder.glob("*.json")} if folder else set()
    assert names - {row["file"] for row in ROWS} == set()


def test_the_table_is_well_formed() -> None:
    files = [row["file"] for row in ROWS]
    assert len(files) == len(set(files)) == 78
    assert {row["disposition"] for row in ROWS} <= {*Disposition, "message"}
    for row in ROWS:
        assert row.keys() in ({"file", "disposition"}, READ)
