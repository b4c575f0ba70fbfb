"""A file that is sent with the mention lies where the agent's own tools can read it, as UTF-8, and is in no commit."""

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
        read = ({"tool": {"read": "{path}"}}, {"run": "cat {path} >> notes.txt"})
        town.script("reads", PATH, *read, {"result": "Read it."})
        await put(town, ".bellhop.yml", "run: grep -q 'the till is jammed' notes.txt\n")
        await town.link()
        files = [
            {
                "name": "error.log",
                "base64": base64.b64encode("the till is jammed: 7 \u00a3\n".encode("latin-1")).decode(),
                "mimetype": "text/plain",
            },
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
        assert "Read as another encoding than UTF-8: error.log (Windows-1252)" in words(card)
        seen = town.records.column("SELECT data FROM job_events WHERE data LIKE '%till is jammed%'")
        assert "the till is jammed: 7 \u00a3" in str(seen), "its own tool may read it there"
        [pull] = await pulls(town)
        changed = await town.request("GET", f"pulls/{pull['number']}/files")
        assert [each["filename"] for each in changed] == ["notes.txt"]
