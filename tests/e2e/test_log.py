"""One log: every line of every process has the same layout, and its ids lead from one process to the next."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.town import Town

FIRST = ["timestamp", "level", "message", "logger", "process", "pid"]


def lines_of(town: Town) -> list[dict[str, Any]]:
    """What is no JSON is the one line that says where the app listens."""
    lines = (town.folder / "app.log").read_text().splitlines()
    others = [line for line in lines if not line.startswith("{")]
    assert [line for line in others if not line.startswith("listening on http://")] == []
    return [json.loads(line) for line in lines if line.startswith("{")]


async def test_all_processes_tell_their_story_alike(town: Town) -> None:
    town.script("mend", ".*", *town.mending())
    await town.say(1, "@bellhop fix this please")
    await town.settled()
    worker = next(each for each in town.children("worker")[0].children() if each.children() == [])
    worker.kill()

    async def look() -> set[str] | None:
        seen = {line["process"] for line in lines_of(town)}
        return seen if {"app", "worker host", "horse"} <= seen else None

    await town.until(look, "a line of each")
    lines = lines_of(town)
    assert [line for line in lines if list(line)[: len(FIRST)] != FIRST] == []
    [delivery] = [line for line in lines if line.get("disposition") == "accepted"]
    [settled] = [line for line in lines if line["message"] == "settled"]
    answered = [line["request_id"] for line in lines if line["message"] == "answered"]
    assert (settled["process"], settled["status"], settled["attempt"]) == ("horse", "completed", 1)
    assert settled["request_id"] == delivery["request_id"]
    assert delivery["request_id"] in answered
