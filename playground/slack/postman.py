"""Hands parcels to the app as Slack does: signed, in three seconds, events up to four times.

docs.slack.dev/authentication/verifying-requests-from-slack · docs.slack.dev/apis/events-api#retries
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
import ssl
import time
from collections import deque
from dataclasses import asdict, dataclass

import aiohttp

from playground.journal import Journal, visible
from playground.slack.parcels import Attempt, Parcel
from playground.slack.sockets import Sockets

USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
MOST_REDIRECTS = 2
KEPT_ATTEMPTS = 5000
KEPT_RESPONSE_CHARACTERS = 400_000
NO_RETRY = "X-Slack-No-Retry"


@dataclass
class Behavior:
    """How the sender behaves now. `retry_scale` shortens the waits between retries; 0 leaves none."""

    is_on: bool = True
    copies: int = 1
    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0  # each parcel waits up to so much longer, so that they overtake each other
    timeout_seconds: float = 3.0
    retry_delays_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)
    retry_scale: float = 1.0
    clock_error_seconds: float = 0.0  # how wrong the signed timestamp is
    trigger_seconds: float = 3.0  # how long a trigger_id opens a modal
    is_socket_mode: bool | None = None  # None: over sockets once the app dialed in


class Postman:
    """Knows where the app listens, and keeps what was tried."""

    def __init__(self, journal: Journal, sockets: Sockets, url: str | None) -> None:
        self.journal = journal
        self.sockets = sockets
        self.url = url
        self.signing_secret = ""
        self.behavior = Behavior()
        self.attempts: deque[Attempt] = deque(maxlen=KEPT_ATTEMPTS)
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Make the HTTP client; needs the running loop."""
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        """Forget what is on its way and close the client."""
        self.restart()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def restart(self) -> None:
        """Behave as Slack again; what is on its way is dropped."""
        self.behavior = Behavior()
        self.attempts.clear()
        for task in self._tasks:
            task.cancel()

    async def idle(self, timeout_seconds: float) -> bool:
        """Wait until nothing is on its way; False when that took too long."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_seconds)
        return not self._tasks

    def post(self, parcel: Parcel) -> None:
        """Start to deliver an event, with retries, in the background."""
        is_deaf = not self.url and not self._goes_by_socket()  # no address was ever entered
        if is_deaf or not self.behavior.is_on:
            return
        for _ in range(self.behavior.copies):
            task = asyncio.get_running_loop().create_task(self._deliver(parcel))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def ask(self, parcel: Parcel) -> Attempt:
        """One try: interactions and commands are never sent again."""
        return await self._attempt(parcel, 0, None)

    async def probe(self, params: dict[str, str]) -> int | None:
        """A signed GET of the app's address, as certificates are checked; its status."""
        assert self._session, "the postman has no open client"
        timeout = aiohttp.ClientTimeout(total=self.behavior.timeout_seconds)
        headers = {"User-Agent": USER_AGENT} | self.sign(b"")
        try:
            async with self._session.get(
                self.url or "", params=params, headers=headers, timeout=timeout
            ) as response:
                return response.status
        except (aiohttp.ClientError, OSError, ValueError):
            return None

    async def _deliver(self, parcel: Parcel) -> None:
        behavior = self.behavior
        await asyncio.sleep(behavior.delay_seconds + behavior.jitter_seconds * random.random())
        last = await self._attempt(parcel, 0, None)
        for number, delay_seconds in enumerate(behavior.retry_delays_seconds, 1):
            if last.is_taken or last.response_headers.get(NO_RETRY) == "1":
                return
            await asyncio.sleep(delay_seconds * self.behavior.retry_scale)
            last = await self._attempt(parcel, number, last.failure)

    def _goes_by_socket(self) -> bool:
        wanted = self.behavior.is_socket_mode
        return self.sockets.is_wanted if wanted is None else wanted

    async def _attempt(self, parcel: Parcel, number: int, reason: str | None) -> Attempt:
        transport = "socket" if self._goes_by_socket() else "http"
        event_id = parcel.payload.get("event_id")
        attempt = Attempt(parcel.kind, parcel.name, transport, number, parcel.payload, event_id, reason)
        started = time.monotonic()
        if transport == "socket":
            await self.sockets.hand_over(parcel, attempt, self.behavior.timeout_seconds)
        else:
            await self._send(parcel, attempt)
        attempt.seconds = round(time.monotonic() - started, 4)
        self.attempts.append(attempt)
        self._log(parcel, attempt)
        return attempt

    async def _send(self, parcel: Parcel, attempt: Attempt) -> None:
        assert self._session, "the postman has no open client"
        if not self.url:
            attempt.failure = "connection_failed"
            return
        timeout = aiohttp.ClientTimeout(total=self.behavior.timeout_seconds)
        try:
            async with self._session.post(
                self.url,
                data=parcel.body,
                headers=self._headers(parcel, attempt),
                timeout=timeout,
                max_redirects=MOST_REDIRECTS,
            ) as response:
                attempt.response = (await response.text(errors="replace"))[:KEPT_RESPONSE_CHARACTERS]
                attempt.status, attempt.response_headers = response.status, dict(response.headers)
                attempt.failure = None if response.status < 300 else "http_error"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            attempt.failure = reason_of(error)

    def _headers(self, parcel: Parcel, attempt: Attempt) -> dict[str, str]:
        headers = {"Content-Type": parcel.content_type, "User-Agent": USER_AGENT, "Accept": "*/*"}
        if attempt.number:
            headers["X-Slack-Retry-Num"] = str(attempt.number)
            headers["X-Slack-Retry-Reason"] = str(attempt.retry_reason)
        return headers | self.sign(parcel.body)

    def sign(self, body: bytes) -> dict[str, str]:
        """The two headers of the v0 scheme over the bytes sent."""
        stamp = str(int(time.time() + self.behavior.clock_error_seconds))
        base = b"v0:" + stamp.encode() + b":" + body
        digest = hmac.new(self.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    def _log(self, parcel: Parcel, attempt: Attempt) -> None:
        facts = {
            key: value for key, value in asdict(attempt).items() if key not in ("payload", "response_headers")
        }
        self.journal.write(
            "out",
            method="POST",
            path=self.url or "",
            headers=visible({"Content-Type": parcel.content_type}),
            body=parcel.body,
            **facts,
        )


def reason_of(error: Exception) -> str:
    """Slack's word in `X-Slack-Retry-Reason` for what went wrong."""
    if isinstance(error, TimeoutError):
        return "http_timeout"
    if isinstance(error, aiohttp.TooManyRedirects):
        return "too_many_redirects"
    if isinstance(error, ssl.SSLError | aiohttp.ClientSSLError):
        return "ssl_error"
    return (
        "connection_failed" if isinstance(error, aiohttp.ClientConnectionError | OSError) else "unknown_error"
    )
