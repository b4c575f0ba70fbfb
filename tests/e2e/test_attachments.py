"""A file that is sent with the mention lies where the agent can read it, and is in no commit."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.e2e.stage import put
from tests.e2e.story import no_loose_ends, pulls
from tests.e2e.workspace import Workspace, words
from tests.services import require_service

PATH = r"(?m)(?P<path>/\S+/attachments/error\.log) \(from"


@pytest.mark.slow
async def test_a_file_sent_with_the_mention_reaches_the_agent(tmp_path: Path) -> None:
    require_service("redis")
    async with Workspace(tmp_path / "town") as town:
        town.script("reads", PATH, {"run": "cat {path} >> notes.txt"}, {"result": "Read it."})
        await put(town, ".bellhop.yml", "run: grep -q 'the till is jammed' notes.txt\n")
        await town.link()
        files = [
            {"name": "error.log", "content": "the till is jammed\n", "mimetype": "text/plain"},
            {
                "name": "all.zip",
                "base64": base64.b64encode(b"PK\x03\x04").decode(),
                "mimetype": "application/zip",
            },
        ]
        await town.tell(f"@bellhop look at this repo={town.repository}", files=files)
        card = await town.reads(r"✅ J-\w+ done in")
        assert "all.zip (only text, images and PDF are)" in words(card)
        await no_loose_ends(town)
        assert "error.log" not in words(card), words(card)
        [pull] = await pulls(town)
        changed = await town.request("GET", f"pulls/{pull['number']}/files")
        assert [each["filename"] for each in changed] == ["notes.txt"]
