"""Socket Mode: the app dials in, gets envelopes, and acknowledges each by its id.

docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from typing import Any

from aiohttp import web

from playground.slack.parcels import Attempt, Parcel

MOST_CONNECTIONS = 10
HOST = "applink-playground"
CONNECTION_SECONDS = 18_060
HEARTBEAT_SECONDS = 30.0


class Sockets:
    """The open connections, and who waits for which acknowledgement."""

    def __init__(self) -> None:
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._owners: dict[str, web.WebSocketResponse] = {}
        self._tickets: set[str] = set()
        self._next = 0
        self.is_wanted = False  # an app that dialed in once wants nothing over HTTP any more

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def issue_ticket(self) -> str:
        """What lets one connection in, once."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request, app_id: str) -> web.StreamResponse:
        """One connection, until either side hangs up."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await socket.prepare(request)
        if self.count >= MOST_CONNECTIONS:
            await self._say(socket, {"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._open.append(socket)
        self.is_wanted = True
        try:
            await self._say(socket, _hello(app_id, self.count))
            async for message in socket:
                self._take(str(message.data))
        finally:
            self._forget(socket)
        return socket

    def _take(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(str(said.get("envelope_id"))) if isinstance(said, dict) else None
        if waiting and not waiting.done():
            waiting.set_result(said)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        """What a lost connection had not acknowledged failed; events are sent again over another."""
        self._open = [other for other in self._open if other is not socket]
        for envelope_id in [key for key, owner in self._owners.items() if owner is socket]:
            waiting = self._waiting.get(envelope_id)
            if waiting and not waiting.done():
                waiting.set_exception(ConnectionResetError())

    async def hand_over(self, parcel: Parcel, attempt: Attempt, timeout_seconds: float) -> None:
        """Send one envelope over the next connection and note the acknowledgement, or its absence."""
        if not self._open:
            attempt.failure = "connection_failed"
            return
        self._next += 1
        socket, envelope_id = self._open[self._next % len(self._open)], str(uuid.uuid4())
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id], self._owners[envelope_id] = waiting, socket
        try:
            await self._say(socket, _envelope(parcel, attempt, envelope_id))
            said = await asyncio.wait_for(waiting, timeout_seconds)
        except TimeoutError:
            attempt.failure = "timeout"
        except ConnectionError:
            attempt.failure = "connection_failed"
        else:
            attempt.status = 200
            attempt.response = json.dumps(said["payload"]) if said.get("payload") else ""
        finally:
            del self._waiting[envelope_id], self._owners[envelope_id]

    async def disconnect(self, reason: str) -> int:
        """Tell every connection to go; "warning" leaves it open, the others close it. How many were told."""
        told = list(self._open)
        for socket in told:
            await self._say(socket, {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}})
            if reason != "warning":
                await socket.close()
        return len(told)

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for socket in list(self._open):
            await socket.close(code=1006)

    async def _say(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        await socket.send_str(json.dumps(message))


def _hello(app_id: str, count: int) -> dict[str, Any]:
    return {
        "type": "hello",
        "num_connections": count,
        "debug_info": {
            "host": HOST,
            "build_number": 1,
            "approximate_connection_time": CONNECTION_SECONDS,
        },
        "connection_info": {"app_id": app_id},
    }


def _envelope(parcel: Parcel, attempt: Attempt, envelope_id: str) -> dict[str, Any]:
    """Events carry their retry in the envelope; only the others may be answered with a payload."""
    envelope: dict[str, Any] = {
        "envelope_id": envelope_id,
        "payload": parcel.payload,
        "type": parcel.kind,
        "accepts_response_payload": parcel.kind != "events_api",
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.retry_reason or ""}
    return envelope
