"""Every recorded delivery, signed and posted to a real app: each ends with the disposition that was reviewed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.platforms.github.deliveries import FIXTURES
from tests.adapters.platforms.github.test_golden import ROWS, recorded
from tests.e2e.town import Town

# The repository's own fixtures name the playground's objects, but for pull request 7, which nobody opened yet.
OWN = (
    ("issue_comment_addressed", "issue_comment", "accepted"),
    ("issue_comment_unaddressed", "issue_comment", "ignored:not_addressed"),
    ("issues_opened", "issues", "accepted"),
    ("ping", "ping", "ignored:handshake"),
    ("pull_request_opened", "pull_request", "ignored:not_addressed"),
    ("pull_request_review_comment_created", "pull_request_review_comment", "error:upstream"),
    ("pull_request_review_submitted", "pull_request_review", "error:upstream"),
)


async def post(town: Town, key: str, event: str, body: bytes) -> None:
    """The sender is told in the second that it is kept."""
    answer = await town.deliver(body, event, key)
    assert answer.status_code in {200, 202}, (key, answer.text)


async def ended(town: Town, count: int) -> dict[str, dict[str, Any]]:
    """Every delivery by its key, once all have ended; as the command line lists them."""

    async def look() -> bool | None:
        found = town.records.column("SELECT count(*) FROM deliveries WHERE finished_at IS NOT NULL")
        return True if found == [count] else None

    await town.until(look, f"{count} deliveries to end")
    listed = await town.deliveries()
    assert len(listed) == count, "dispositions = deliveries"
    return {each["key"]: each for each in listed}


def read(path: Path) -> tuple[str, bytes]:
    found = json.loads(path.read_text(encoding="utf-8"))
    return found["event"], json.dumps(found["body"]).encode()


def as_row(row: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What the inbox says of a delivery, in the form of the reviewed row."""
    made = {"file": row["file"], "disposition": found["disposition"]}
    if "actor" in row:
        made |= {"actor": found["actor_id"], "comment": found["comment_id"]}
        made["object"] = row["object"] if found["thread"].endswith(row["object"]) else found["thread"]
    return made


async def test_every_recorded_delivery_ends_as_reviewed(town: Town) -> None:
    folder = recorded()
    paths = sorted(folder.glob("*.json")) if folder else []
    reading = [(path.name, *await asyncio.to_thread(read, path)) for path in paths]
    for key, event, body in reading:
        await post(town, key, event, body)
    found = await ended(town, len(paths))
    rows = {row["file"]: {name: row[name] for name in row if name != "text"} for row in ROWS}
    differing = [
        (rows[key], as_row(rows[key], delivery))
        for key, delivery in found.items()
        if as_row(rows[key], delivery) != rows[key]
    ]
    assert differing == []
    assert town.records.jobs() == [], "nobody addressed us"
    assert found.keys() == (rows.keys() if folder else set()), "a row for each, and each for a row"


async def test_own_fixtures_end_as_written_down(town: Town) -> None:
    await town.control("PUT", "/webhooks", {"is_on": False})  # an answer of ours would be one delivery more
    for name, event, _ in OWN:
        body = await asyncio.to_thread((FIXTURES / f"{name}.json").read_bytes)
        await post(town, name, event, body)
    found = await ended(town, len(OWN))
    assert {key: each["disposition"] for key, each in found.items()} == {name: last for name, _, last in OWN}


@pytest.mark.slow
async def test_deliveries_are_listed_shown_and_replayed_from_the_command_line(town: Town) -> None:
    body = await asyncio.to_thread((FIXTURES / "issue_comment_unaddressed.json").read_bytes)
    await post(town, "one", "issue_comment", body)
    before = (await ended(town, 1))["one"]
    assert {"id", "platform", "event", "received_at", "disposition", "reason"} <= before.keys()
    shown = await town.tool("deliveries", "show", str(before["id"]), "--json")
    assert shown["body"].encode() == body
    plan = await town.tool("deliveries", "replay", str(before["id"]), "--dry-run", "--json")
    assert plan["outcome"]["comment_id"] == str(json.loads(body)["comment"]["id"])
    assert plan["plan"][0].startswith("nothing: ignored:not_addressed")
    assert (await town.tool("deliveries", "replay", str(before["id"]), "--json"))["reopened"]
    after = (await ended(town, 1))["one"]
    assert after["disposition"] == before["disposition"]
