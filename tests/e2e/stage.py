"""A town for the tests of a module, and what its people and its agent do there."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.e2e import story
from tests.e2e.town import Town
from tests.services import require_service

TEMPLATE = "## Checklist\n\n- [ ] I read it"
WRITE = {"tool": {"write": "notes.txt", "text": "a note\n"}}
DONE = {"result": "Wrote it down."}


@asynccontextmanager
async def opened(folder: Path, **more: str) -> AsyncIterator[Town]:
    """For all tests of a module: each has an issue and a script of its own."""
    require_service("redis")
    key = folder / "signing-key"
    made = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    assert await (await asyncio.create_subprocess_exec(*made)).wait() == 0
    settings = {
        "BELLHOP_IDLE_TIMEOUT_SECONDS": "14",
        "BELLHOP_SIGN_OFF": "true",
        "BELLHOP_SIGNING_KEY": str(key),
    }
    check = "run: |\n  test ! -e broken || { echo 3 passed, 2 failed in 0.1s; exit 1; }\n"
    async with Town(folder / "town", **settings | more) as town:
        await put(town, ".bellhop.yml", check)
        await put(town, ".github/pull_request_template.md", TEMPLATE)
        yield town


async def put(town: Town, path: str, text: str, branch: str = "main") -> str:
    """A person commits a file; the commit."""
    body = {"message": f"Write {path}", "content": base64.b64encode(text.encode()).decode(), "branch": branch}
    with contextlib.suppress(httpx.HTTPStatusError):
        body["sha"] = (await town.request("GET", f"contents/{path}?ref={branch}"))["sha"]
    made = await town.request("PUT", f"contents/{path}", body)
    return str(made["commit"]["sha"])


async def issue(town: Town, title: str, *steps: dict[str, Any]) -> int:
    """An issue about which the agent does `steps`."""
    town.script(re.sub(r"\W+", "-", title), re.escape(title), *steps)
    return await town.open_issue(title)


async def said(town: Town, text: str) -> None:
    """Wait until the agent of the newest job said so; its card tells a little later."""

    async def look() -> bool | None:
        query = (
            "SELECT data FROM job_events WHERE type = 'agent' AND data = ? "
            "AND job_id = (SELECT id FROM jobs ORDER BY created_at DESC LIMIT 1)"
        )
        return True if town.records.column(query, text) else None

    await town.until(look, f"the agent to say {text!r}")


async def pull_of(town: Town, handle: str) -> dict[str, Any]:
    [pull] = [each for each in await story.pulls(town) if each["head"]["ref"] == f"bellhop/{handle}"]
    return pull
