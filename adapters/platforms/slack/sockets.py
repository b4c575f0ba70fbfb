"""Socket Mode: connections that we open ourselves, over which Slack hands us its deliveries.

Two are open, so that one remains while Slack renews the other. A delivery is acknowledged when it is on disk and never
before: what is not, Slack sends again. slack_sdk's own client is not used, because it closes a connection as soon as it
is told that it will end, with what is being answered on it.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

import aiohttp

from adapters.platforms.slack import envelopes
from adapters.platforms.slack.client import Call, Client
from adapters.platforms.slack.envelopes import Said
from bot.errors import AuthenticationError, BellhopError, IntegrationError, NetworkError
from bot.flights import Failed, Flights
from bot.listening import Take

# "Socket Mode allows your app to maintain up to 10 open WebSocket connections at the same time", for all processes.
# https://docs.slack.dev/apis/events-api/using-socket-mode#connections
CONNECTIONS = 2
AT_ONCE = 100  # more of them wait in the socket
HEARTBEAT_SECONDS = 10.0
HANG_UP_SECONDS = 2.0
LEAVING_SECONDS = 30.0  # "warning" comes about ten seconds before the end
LARGEST_BYTES = 16 * 1024 * 1024

DOING = "opening a connection to Slack"
RENEW = "set SLACK_APP_TOKEN to an app-level token (xapp-...) with the scope connections:write and restart"
REFUSED = "{doing}: Slack ends it at once ({reason})"
NO_CONNECTION = "{doing}: no connection ({why})"
NOT_A_SOCKET = "{doing}: the address that Slack gave is no socket's"


@dataclass(eq=False)
class Socket:
    """One connection."""

    line: aiohttp.ClientWebSocketResponse
    told_to_leave_at: float | None = None
    reading: asyncio.Task[None] | None = field(default=None, repr=False)


class Sockets:
    """All connections of this process. An `Ear`."""

    def __init__(self, client: Client, app_token: str, take: Take, failed: Failed | None = None) -> None:
        self.bell = asyncio.Event()
        self._client = client
        self._app_token = app_token
        self._take = take
        self._failed = failed
        self._sockets: set[Socket] = set()
        self._readers = Flights(CONNECTIONS, failed)
        self._answers = Flights(AT_ONCE, failed)

    @property
    def count(self) -> int:
        """How many connections are good."""
        return sum(socket.told_to_leave_at is None for socket in self._sockets)

    async def step(self) -> bool:
        """Open what is missing. Raises IntegrationError."""
        await self._hang_up_on_leavers()
        while self.count < CONNECTIONS:
            socket = Socket(await self._dial())
            self._sockets.add(socket)
            socket.reading = self._readers.start(self._read(socket))
        return False

    async def close(self) -> None:
        """Read no more, answer what was read, hang up."""
        sockets = tuple(self._sockets)
        for socket in sockets:
            if socket.reading is not None:
                socket.reading.cancel()
        await self._answers.land(self._client.reach.call_timeout_seconds)
        await asyncio.gather(*(socket.line.close() for socket in sockets), return_exceptions=True)

    async def _dial(self) -> aiohttp.ClientWebSocketResponse:
        """A connection over which Slack said hello."""
        async with self._client.calling(DOING) as api:
            line = await self._connected(await self._address(api))
            try:
                first = envelopes.read(await line.receive_str())
                if first.type != envelopes.HELLO:
                    raise IntegrationError(
                        REFUSED.format(doing=DOING, reason=first.reason or first.type),
                        "socket",
                        retryable=True,
                    )
            except BaseException:
                await line.close()
                raise
            return line

    async def _address(self, api: Call) -> str:
        """https://docs.slack.dev/reference/methods/apps.connections.open"""
        try:
            url = str((await api.post("apps_connections_open", app_token=self._app_token))["url"])
        except AuthenticationError as error:
            raise AuthenticationError(f"{str(error).partition(';')[0]}; {RENEW}") from None
        is_plain_api = self._client.reach.origin.startswith("http:")
        if not url.startswith(("wss://", "ws://") if is_plain_api else "wss://"):
            raise IntegrationError(NOT_A_SOCKET.format(doing=DOING), "answer", retryable=True)
        return url

    async def _connected(self, url: str) -> aiohttp.ClientWebSocketResponse:
        try:
            return await self._client.session().ws_connect(
                url,
                heartbeat=HEARTBEAT_SECONDS,
                max_msg_size=LARGEST_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=HANG_UP_SECONDS),
            )
        except aiohttp.ClientError as error:
            # Its own text holds the address, and that lets whoever has it in.
            raise NetworkError(NO_CONNECTION.format(doing=DOING, why=type(error).__name__)) from None

    async def _read(self, socket: Socket) -> None:
        try:
            async for message in socket.line:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._answers.room()
                    self._hear(socket, message.data)
        finally:
            self._sockets.discard(socket)
            self.bell.set()

    def _hear(self, socket: Socket, text: str) -> None:
        try:
            said = envelopes.read(text)
        except BellhopError as error:
            if self._failed is not None:
                self._failed(error)
            return
        if said.type == envelopes.DISCONNECT:
            # What it already handed over is still answered on it; another takes its place.
            socket.told_to_leave_at = asyncio.get_running_loop().time()
            self.bell.set()
        elif said.envelope_id:
            self._answers.start(self._answer(socket, said))

    async def _answer(self, socket: Socket, said: Said) -> None:
        """Raises what `inbox.receive` raises: then nothing is acknowledged."""
        answer = await self._take(envelopes.request_of(said), said.envelope_id)
        # A connection that is gone takes no acknowledgment: Slack sends it again, and the inbox knows it by then.
        with contextlib.suppress(ConnectionError):
            await socket.line.send_str(envelopes.acknowledgment(said, answer))

    async def _hang_up_on_leavers(self) -> None:
        moment = asyncio.get_running_loop().time()
        for socket in tuple(self._sockets):
            if socket.told_to_leave_at is not None and moment - socket.told_to_leave_at > LEAVING_SECONDS:
                await socket.line.close()
