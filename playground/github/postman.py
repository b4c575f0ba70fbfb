"""Sends webhooks as GitHub does: signed, in the background, in no promised order, once.

docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries (a failed delivery is not sent again)
"""

import asyncio
import hashlib
import hmac
import json
import random
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from playground.github.records import Delivery, Hook, Repository
from playground.github.store import Store, now
from playground.journal import Journal, visible

TIMEOUT_SECONDS = 10
KEPT_DELIVERIES = 2000
KEPT_RESPONSE_CHARACTERS = 10_000
FORM_TYPE = "application/x-www-form-urlencoded"
ENTERPRISE_VERSION = "3.17.0"
NOT_CONNECTED, TIMED_OUT, SWITCHED_OFF = "failed to connect", "timed out", "failed to connect to host"


@dataclass
class Behavior:
    """How deliveries behave at the moment; an outage keeps them in the log as failed, as GitHub does."""

    is_on: bool = True
    copies: int = 1
    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0  # each delivery waits up to so much longer, so that they overtake each other
    timeout_seconds: float = TIMEOUT_SECONDS


class Postman:
    """Delivers events of hooks and keeps each hook's log."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self.store = store
        self.journal = journal
        self.behavior = Behavior()
        self.host = ""
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Make the HTTP client; needs the running loop."""
        self._session = aiohttp.ClientSession(auto_decompress=True)

    async def close(self) -> None:
        """Forget what is on its way and close the client."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def restart(self, store: Store) -> None:
        """Behave as on GitHub again and number deliveries by another store; what is on its way is dropped."""
        self.store, self.behavior = store, Behavior()
        for task in self._tasks:
            task.cancel()

    async def idle(self, timeout_seconds: float) -> bool:
        """Wait until nothing is on its way; False when that took too long."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_seconds)
        return not self._tasks

    def post(self, repository: Repository, hook: Hook, event: str, payload: dict[str, Any]) -> Delivery:
        """Log a delivery and start its only attempt in the background."""
        body, content_type = _encode(hook, payload)
        guid = str(uuid.UUID(int=self.store.random.getrandbits(128), version=4))
        headers = self._headers(repository, hook, event, guid) | {"Content-Type": content_type}
        action = payload.get("action")
        delivery = Delivery(
            self.store.next_id("delivery"), guid, event, action, repository.id, headers, body, now()
        )
        self._start(hook, delivery)
        return delivery

    def repeat(self, hook: Hook, earlier: Delivery) -> Delivery:
        """Another attempt on request: the same GUID and body, another id."""
        facts = (earlier.guid, earlier.event, earlier.action, earlier.repository_id, earlier.request_headers)
        delivery = Delivery(self.store.next_id("delivery"), *facts, earlier.body, now(), is_redelivery=True)
        self._start(hook, delivery)
        return delivery

    def _start(self, hook: Hook, delivery: Delivery) -> None:
        hook.deliveries.append(delivery)
        del hook.deliveries[:-KEPT_DELIVERIES]
        for _ in range(self.behavior.copies):
            task = asyncio.get_running_loop().create_task(self._attempt(hook, delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _headers(self, repository: Repository, hook: Hook, event: str, guid: str) -> dict[str, str]:
        return {
            "Accept": "*/*",
            "User-Agent": f"GitHub-Hookshot/{hashlib.sha256(self.host.encode()).hexdigest()[:7]}",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Enterprise-Host": self.host,
            "X-GitHub-Enterprise-Version": ENTERPRISE_VERSION,
            "X-GitHub-Event": event,
            "X-GitHub-Hook-ID": str(hook.id),
            "X-GitHub-Hook-Installation-Target-ID": str(repository.id),
            "X-GitHub-Hook-Installation-Target-Type": "repository",
        }

    async def _attempt(self, hook: Hook, delivery: Delivery) -> None:
        await asyncio.sleep(self.behavior.delay_seconds + self.behavior.jitter_seconds * random.random())
        started = time.monotonic()
        if self.behavior.is_on:
            await self._send(hook, delivery)
        else:
            delivery.status, delivery.status_code = SWITCHED_OFF, 502
        delivery.duration_seconds = round(time.monotonic() - started, 2)
        hook.last_response = (delivery.status_code, delivery.status, None)
        self._log(hook, delivery)

    async def _send(self, hook: Hook, delivery: Delivery) -> None:
        assert self._session, "the postman has no open client"
        headers = delivery.request_headers | _signatures(hook.secret, delivery.body)
        timeout = aiohttp.ClientTimeout(total=self.behavior.timeout_seconds)
        try:
            async with self._session.post(
                hook.url, data=delivery.body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                text = await response.text(errors="replace")
                _note(delivery, response, text)
        except TimeoutError:
            delivery.status, delivery.status_code = TIMED_OUT, 504
        except (aiohttp.ClientError, OSError, ValueError):
            delivery.status, delivery.status_code = NOT_CONNECTED, 502

    def _log(self, hook: Hook, delivery: Delivery) -> None:
        self.journal.write(
            "out",
            method="POST",
            path=hook.url,
            headers=visible(delivery.request_headers),
            body=delivery.body,
            status=delivery.status_code,
            event=delivery.event,
            action=delivery.action,
            guid=delivery.guid,
            seconds=delivery.duration_seconds,
        )


def _encode(hook: Hook, payload: dict[str, Any]) -> tuple[bytes, str]:
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    if hook.content_type == "form":
        return urlencode({"payload": text}).encode(), FORM_TYPE
    return text.encode("utf-8", "replace"), "application/json"


def _signatures(secret: str | None, body: bytes) -> dict[str, str]:
    """Both signatures over the bytes sent; a hook without a secret sends neither.

    docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    """
    if not secret:
        return {}
    key = secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


def _note(delivery: Delivery, response: aiohttp.ClientResponse, text: str) -> None:
    is_good = response.status < 300
    delivery.status = "OK" if is_good else f"Invalid HTTP Response: {response.status}"
    delivery.status_code = response.status
    delivery.response_headers = dict(response.headers)
    delivery.response_body = text[:KEPT_RESPONSE_CHARACTERS]
