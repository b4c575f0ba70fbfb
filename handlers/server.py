"""Serving the application until told to stop."""

from __future__ import annotations

import asyncio
import socket
import sys

from aiohttp import web

from bot.errors import ConfigurationError

READY = "listening on http://{host}:{port}"
BUSY = "another program listens on {host}:{port}; set it to a free port (0 takes one)"
SHUTDOWN_SECONDS = 10.0
BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises ConfigurationError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError("BELLHOP_PORT", BUSY.format(host=host, port=port)) from error
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


async def serve(app: web.Application, listener: socket.socket, stopping: asyncio.Event) -> None:
    """Say where, serve, and drain when `stopping` is set: requests under way are answered first."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, handle_signals=False)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    host, port = listener.getsockname()[:2]
    sys.stdout.write(READY.format(host=host, port=port) + "\n")
    sys.stdout.flush()
    try:
        await stopping.wait()
    finally:
        await runner.cleanup()
