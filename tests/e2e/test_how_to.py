"""The page about the pretend Slack, word by word: every line of it typed into a shell beside a running app."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest

from playground.demo import clean_environment
from tests.e2e.installation import APP, ROOT
from tests.services import require_service
from tests.services.ports import free_port

PAGE = ROOT / "docs" / "how-to" / "play-with-slack.md"
BLOCK = re.compile(r"^   ```sh\n(.*?)^   ```", re.MULTILINE | re.DOTALL)
START_SECONDS = 60.0
SLOWER = 2  # than a reader's machine this one may be


async def started(folder: Path) -> asyncio.subprocess.Process:
    """`make run`, in a folder of its own, as soon as it listens."""
    environment = clean_environment() | {"BELLHOP_PORT": str(free_port())}
    app = await asyncio.create_subprocess_exec(
        sys.executable, APP, "all", "--playground", cwd=folder, env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert app.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        while b"listening on" not in (line := await app.stdout.readline()):
            assert line, "it ended"
    return app


async def typed(folder: Path, lines: str) -> str:
    """What a shell prints that is in that folder."""
    shell = await asyncio.create_subprocess_exec(
        "sh", "-c", lines, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(100):
        out, _ = await shell.communicate()
    return out.decode()


@pytest.mark.slow
async def test_what_is_typed_there_does_what_is_said_there(tmp_path: Path) -> None:
    require_service("redis")
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 4
    lines = re.sub(
        r"sleep (\d+)", lambda each: f"sleep {SLOWER * int(each[1])}", "\necho ======\n".join(blocks)
    )
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    app = await started(tmp_path)
    try:
        told = (await typed(tmp_path, lines)).split("======\n")
    finally:
        app.terminate()
        await app.wait()
    asked, linked, chosen, alone = told
    assert "I don't know yet who you are on github" in asked
    assert re.search(r"✅ J-\w+ done in .* PR #\d+ .*tests", linked), linked
    assert re.search(r"✅ J-\w+ done in .* PR #\d+ .*tests", chosen), chosen
    assert re.search(r"only you can see this\):\n\s*Here you are .* linked to @", alone), alone
