"""Socket Mode: Slack's deliveries without a public address. We dial in, and each envelope goes through the same door.

An envelope comes over a connection that only the holder of the app-level token can open, so nothing in it is signed; it
is signed here, with the app's own secret, and verified like any other. It is acknowledged once it is kept: what is not
acknowledged in three seconds is sent again.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from adapters.platforms.slack.bodies import FORM, JSON
from adapters.platforms.slack.client import Client
from adapters.platforms.slack.webhook import RETRY, SIGNATURE, TIMESTAMP
from adapters.signatures import sign_v0
from bot.errors import BellhopError, NetworkError
from bot.platform import Answer
from models.delivery import WebhookRequest

if TYPE_CHECKING:
    from slack_sdk.socket_mode.aiohttp import SocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

PING_SECONDS = 5.0
WATCH_SECONDS = 10.0
MOST_MISSES = 3
RETRY_REASON = "x-slack-retry-reason"
SLASH_COMMANDS = "slash_commands"
DOING = "dialing in to Slack (Socket Mode)"
LOST = f"{DOING}: the connection is lost, and no new one is made"

Receive = Callable[[WebhookRequest], Awaitable[Answer]]


async def listen(client: Client, app_token: str, signing_secret: bytes, receive: Receive) -> None:
    """Dial in and hand each request to `receive`, until cancelled. A lost connection is made again.

    Raises IntegrationError when Slack does not let us in (the token is refused) or stays away, and whatever `receive`
    raises that is no error of ours. Call it again after a while.
    """
    from slack_sdk.socket_mode.aiohttp import SocketModeClient

    async with client.calling(DOING) as api:
        opened = await api.get("apps_connections_open", app_token=app_token)
        address = str(opened["url"])
    socket = SocketModeClient(
        app_token=app_token, logger=client.logger, web_client=client.web(), ping_interval=PING_SECONDS
    )
    socket.proxy = client.reach.http_proxy or None  # slack_sdk takes the environment's
    socket.wss_uri = address
    defect: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    socket.socket_mode_request_listeners.append(_taker(signing_secret, receive, defect))
    try:
        async with client.calling(DOING):
            await socket.connect()  # type: ignore[no-untyped-call]
        await _watch(socket, defect)
    finally:
        with contextlib.suppress(ConnectionError):
            await socket.close()  # type: ignore[no-untyped-call]


async def _watch(socket: SocketModeClient, defect: asyncio.Future[None]) -> None:
    """Until something is wrong. slack_sdk dials again by itself, and would do so silently for ever."""
    misses = 0
    while misses < MOST_MISSES:
        await asyncio.wait({defect}, timeout=WATCH_SECONDS)
        if defect.done():
            defect.result()
        misses = 0 if await socket.is_connected() else misses + 1
    raise NetworkError(LOST, is_ambiguous=False)


def _taker(
    signing_secret: bytes, receive: Receive, defect: asyncio.Future[None]
) -> Callable[[Any, SocketModeRequest], Awaitable[None]]:
    async def take(socket: Any, given: SocketModeRequest) -> None:
        try:
            answer = await receive(request_of(given, signing_secret))
        except BellhopError:
            return  # not kept, so not acknowledged: Slack sends an event again
        except Exception as error:  # noqa: BLE001 - slack_sdk would swallow it
            if not defect.done():
                defect.set_exception(error)
            return
        said: dict[str, Any] = {"envelope_id": given.envelope_id}
        if answer.body and given.accepts_response_payload:
            said["payload"] = json.loads(answer.body)
        with contextlib.suppress(ConnectionError):
            await socket.send_socket_mode_response(said)

    return take


def request_of(given: SocketModeRequest, signing_secret: bytes) -> WebhookRequest:
    """An envelope as the request that Slack would have sent over HTTP."""
    is_form = given.type == SLASH_COMMANDS
    body = (urlencode(_fields(given.payload)) if is_form else json.dumps(given.payload)).encode()
    moment = str(int(time.time()))
    headers = {
        "content-type": FORM if is_form else JSON,
        TIMESTAMP: moment,
        SIGNATURE: sign_v0(signing_secret, body, moment),
    }
    if given.retry_attempt:
        headers |= {RETRY: str(given.retry_attempt), RETRY_REASON: str(given.retry_reason or "")}
    return WebhookRequest(headers=headers, body=body)


def _fields(payload: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a command; over a socket `is_enterprise_install` may be no text."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in payload.items()
        if value is not None
    }
