"""Serving the application until told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.errors import ConfigurationError

READY = "listening on http://{host}:{port}"
BUSY = "another program listens on {host}:{port}; set it to a free port (0 takes one)"
RESERVED = "this user may not listen on {port}; set it to a port from 1024 up"
NO_ADDRESS = (
    "{host!r} is no address of this host; set it to one (127.0.0.1: only from here, 0.0.0.0: from everywhere)"
)
NO_HTTP = "answered 400: that was no HTTP (%s)"
STOPPING = "stopping: waiting for %s. Ctrl-C again stops at once"
AT_ONCE = "stopping at once: what was not finished is given back, and goes on after the next start"
REQUESTS = "requests under way"
LAST_WORDS_SECONDS = 0.1  # for the log
SHUTDOWN_SECONDS = 10.0
BACKLOG = 1024
GARBAGE_OBJECTS = 20_000  # a look through that many takes about a millisecond


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises ConfigurationError when host or port is none to listen on."""
    try:
        listener = _bound(host, port)
    except (OSError, UnicodeError) as error:  # a name of an impossible form is a UnicodeError
        raise _wrong(host, port, error) from error
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, UnicodeError):
        listener.close()
        raise
    return listener


def _wrong(host: str, port: int, error: Exception) -> ConfigurationError:
    """Which setting it is, and what to do."""
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return ConfigurationError("BELLHOP_PORT", BUSY.format(host=host, port=port))
    if number in {errno.EACCES, errno.EPERM}:
        return ConfigurationError("BELLHOP_PORT", RESERVED.format(port=port))
    return ConfigurationError("BELLHOP_HOST", NO_ADDRESS.format(host=host))


async def serve(app: web.Application, listener: socket.socket, stopping: asyncio.Event) -> None:
    """Say where, serve, and drain when `stopping` is set: requests under way are answered first."""
    _quiet_about_garbage()
    runner = web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        handle_signals=False,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    await runner.setup()
    await web.SockSite(runner, listener).start()
    # What was imported and made so far stays for good; looking through it at each full collection takes 40 ms.
    gc.collect()
    gc.freeze()
    # Requests under way are hundreds of live objects: by default each second request would look through all of them.
    gc.set_threshold(GARBAGE_OBJECTS)
    host, port = listener.getsockname()[:2]
    sys.stdout.write(READY.format(host=host, port=port) + "\n")
    sys.stdout.flush()
    try:
        await stopping.wait()
    finally:
        await runner.cleanup()


def _quiet_about_garbage() -> None:
    """What is no HTTP never reaches our middleware: the library answers 400, and would log each with a traceback."""
    log = logging.getLogger("aiohttp.server")
    if _without_traceback not in log.filters:
        log.addFilter(_without_traceback)


def _without_traceback(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.msg, record.args = NO_HTTP, (type(error).__name__,)
        record.exc_info = None
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True


def run_until_told(
    work: Callable[[asyncio.Event], Coroutine[Any, Any, None]], waits_for: str = REQUESTS
) -> int:
    """Run `work` on uvloop; SIGTERM and SIGINT set its event, a second one ends at once. `waits_for` is said at the
    first.
    """
    log = logging.getLogger("bellhop")

    def on_signal(stopping: asyncio.Event) -> None:
        if stopping.is_set():
            log.warning(AT_ONCE)
            asyncio.get_running_loop().call_later(LAST_WORDS_SECONDS, os._exit, 130)
            return
        stopping.set()
        log.warning(STOPPING, waits_for)

    async def told() -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, on_signal, stopping)
        await work(stopping)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(told())
    return 0
