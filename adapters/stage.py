"""The playground beside the app: started as a child, met only over HTTP. For `bellhop all --playground`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.telemetry import is_for_people
from bot.errors import ConfigurationError
from bot.settings import Settings, adopt, child_environment, load

FOLDER = "playground"
READY = "ready.json"
SECRET = "webhook-secret"  # noqa: S105 - the name of a file
ANOTHER = "what `make run` plays with is in {folder}: BELLHOP_DATA_DIR={folder} bellhop ...\n"
READY_SECONDS = 30.0
GRACE_SECONDS = 5.0
NOT_READY = "the playground did not start; see its messages above"
TRY = """\

The pretend GitHub is at {playground}. Open an issue and comment as one of its people:

    {issue}

    @{name} fix the failing test

The pretend Slack has a channel, "team", and the same people. Be one of them, and see what they see:

    curl {chat}/say -d '{{"user": "writer", "channel": "team", "text": "@{name} fix the failing test"}}'
    curl '{chat}/transcripts/team?user=writer'

Open the link they are told, in a browser, to sign in on the pretend GitHub as one of its people.

People and their tokens: {tokens}
What became of it all:   BELLHOP_DATA_DIR={folder} .venv/bin/python app.py deliveries list

"""


def apart(settings: Settings) -> Settings:
    """Settings for playing: a data folder, database and Redis of their own, begun anew each time.

    The pretend world forgets everything when it ends, so what Bellhop remembers of it must go too; and playing must
    never touch what a real installation keeps.
    """
    folder = settings.data_dir / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    adopt(BELLHOP_DATA_DIR=str(folder.absolute()), BELLHOP_DATABASE_URL="", BELLHOP_REDIS_URL="")
    return load()


def rejoin(settings: Settings) -> None:
    """For a tool beside a playground, or after it: when the data folder is a playground's, adopt what led to it.

    Its deliveries are that pretend platform's; without its settings nobody could say what they mean.
    """
    with contextlib.suppress(OSError, ValueError, KeyError):
        told = json.loads((settings.data_dir / READY).read_text())
        _adopt(told)
        adopt(BELLHOP_DATABASE_URL="", BELLHOP_REDIS_URL="")


def hint_of_another(settings: Settings) -> str:
    """Where to look as well, for a tool that found nothing; "" when nobody plays below this data folder."""
    folder = settings.data_dir / FOLDER
    return ANOTHER.format(folder=folder) if (folder / READY).is_file() else ""


@asynccontextmanager
async def playground(settings: Settings, url: str, seed: int) -> AsyncIterator[str]:
    """Start it, point its webhooks at `url`, and adopt the settings that lead to it. Yields what to try.

    Raises ConfigurationError when it does not start.
    """
    folder = settings.data_dir
    secret = secrets.token_urlsafe(24)
    secret_file = await asyncio.to_thread(_prepare, folder, secret)
    argv = ["--data", str(folder), "--seed", str(seed), "--app-url", url]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "playground", *argv, "--app-secret-file", str(secret_file), "--exit-with-stdin",
        "--log-format", "console" if is_for_people(settings.log_format, sys.stderr) else "json",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        env=child_environment(),
    )  # fmt: skip
    try:
        told = await _told(process) | {"app_url": url}
        await asyncio.to_thread(_adopt, told)
        await asyncio.to_thread(_write, folder / READY, told)
        yield _hint(settings, told)
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _told(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """The one line it prints when it is ready."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            line = await process.stdout.readline() if process.stdout else b""
        told: dict[str, Any] = json.loads(line)
    except (TimeoutError, json.JSONDecodeError) as error:
        raise ConfigurationError("--playground", NOT_READY) from error
    return told


def _prepare(folder: Path, secret: str) -> Path:
    """A fresh secret in a file for us and the playground alone."""
    secret_file = folder / SECRET
    secret_file.touch(mode=0o600)
    secret_file.write_text(secret)
    return secret_file


def _adopt(told: Mapping[str, Any]) -> None:
    """Each platform's own settings are named after it and after what an app is given there."""
    apps = json.loads(Path(told["apps_file"]).read_text())
    given = {f"{name}_{fact}".upper(): value for name, facts in apps.items() for fact, value in facts.items()}
    adopt(BELLHOP_AGENT_SCRIPTS=told["scripts"], BELLHOP_PUBLIC_URL=told["app_url"], **given)


def _write(path: Path, value: Any) -> None:
    """Whole or not at all: others wait for it."""
    partial = path.with_suffix(".part")
    partial.touch(mode=0o600)  # it holds the pretend tokens
    partial.write_text(json.dumps(value, indent=2))
    partial.replace(path)


def _hint(settings: Settings, told: Mapping[str, Any]) -> str:
    return TRY.format(
        playground=told["url"],
        issue=f"{told['url']}/{told['repositories'][0]}/issues/1",
        name=settings.name,
        chat=told["chat_url"],
        tokens=told["tokens_file"],
        folder=settings.data_dir,
    )
