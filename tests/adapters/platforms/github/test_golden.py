"""Each recorded delivery is read as the reviewed table says. A replay of the whole system may use it too."""

import json
import os
from pathlib import Path
from typing import Any

import yaml

from adapters.platforms.github.normalize import normalize
from bot.platform import Ignored
from models.delivery import Disposition
from models.message import IncomingMessage, MessageKind
from tests.adapters.platforms.github.deliveries import delivery

TABLE = Path(__file__).parents[3] / "golden" / "github.yaml"
ROWS: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))


def recorded() -> Path | None:
    """The folder of recorded deliveries, where there is one."""
    folder = os.environ.get("BELLHOP_PAYLOADS")
    return Path(folder, "github") if folder and Path(folder, "github").is_dir() else None


def reading_of(path: Path) -> dict[str, Any]:
    """A recorded delivery as reading it says, in the form of a row; what the router decides is left open."""
    found = json.loads(path.read_text(encoding="utf-8"))
    message = normalize(delivery(found["event"], found["body"]))
    if isinstance(message, Ignored):
        return {"file": path.name, "disposition": message.disposition.value}
    return {
        "file": path.name,
        "disposition": undecided(message),
        "actor": message.actor.id if message.actor else None,
        "object": message.thread.name,
        "comment": message.comment_id,
        "text": message.text,
    }


def undecided(message: IncomingMessage) -> str:
    """What becomes of a message that nobody addressed and nothing was queued for."""
    if message.kind is MessageKind.EVENT:
        return "ignored:event"
    if message.is_deleted:
        return "ignored:deleted"
    return "ignored:not_addressed" if message.is_created else "ignored:edited"


def test_every_recorded_delivery_is_read_as_reviewed() -> None:
    folder = recorded()
    found = [reading_of(path) for path in sorted(folder.glob("*.json"))] if folder else []
    reviewed = {row["file"]: row for row in ROWS}
    assert [row for row in found if row != reviewed.get(row["file"])] == []


def test_the_table_is_well_formed() -> None:
    files = [row["file"] for row in ROWS]
    assert len(files) == len(set(files)) == 89
    assert {row["disposition"] for row in ROWS} <= set(Disposition)
    for row in ROWS:
        assert row.keys() in (
            {"file", "disposition"},
            {"file", "disposition", "actor", "object", "comment", "text"},
        )
