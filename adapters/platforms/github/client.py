"""Asking GitHub from the event loop: a small pool of threads, a connection each, a limit on every call.

The pool is this platform's own, so that a GitHub that hangs delays nobody else. Reads are tried again after a network
failure; nothing that changes something ever is: whoever asked looks for its own earlier message first.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import stamina

from bot.errors import IntegrationError, NetworkError

if TYPE_CHECKING:
    from adapters.platforms.github.sessions import Place
    from adapters.platforms.github.wire import Answer, Wire

Got = TypeVar("Got")

THREADS = 4
PAGE = 100
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 2.0
JITTER_SECONDS = 0.2
TOO_SLOW = "{doing}: no answer from GitHub within {seconds:g} s"
UNEXPECTED = "{doing}: GitHub's answer has another form than documented"


class Client:
    """GitHub's REST and GraphQL API. Paths begin with "/" and are below the configured address."""

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        call_timeout_seconds: float = 30.0,
        attempts: int = 3,
        http_proxy: str = "",
        ca_bundle: str = "",
    ) -> None:
        self.api_url = api_url
        self.call_timeout_seconds = call_timeout_seconds
        self.attempts = attempts
        self._token = token
        self._http_proxy = http_proxy
        self._ca_bundle = ca_bundle
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="github")
        self._local = threading.local()
        self._wires: list[Wire] = []

    @asynccontextmanager
    async def calling(self, doing: str) -> AsyncIterator[Call]:
        """All requests of one call, within its limit. `doing` begins the text of whatever goes wrong.

        Raises NetworkError when the limit is reached, IntegrationError when an answer is not what it should be.
        """
        try:
            async with asyncio.timeout(self.call_timeout_seconds):
                yield Call(self, doing)
        except TimeoutError:
            raise NetworkError(TOO_SLOW.format(doing=doing, seconds=self.call_timeout_seconds)) from None
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # An answer without a field it must have. Nothing of it goes into the text. Whoever stands between may have
            # made it up, so it says neither that nothing happened nor that it will be the same next time.
            told = UNEXPECTED.format(doing=doing)
            raise IntegrationError(told, "answer", retryable=True, is_ambiguous=True) from error

    async def send(self, doing: str, verb: str, path: str, query: Mapping[str, Any], body: Any = None) -> Any:
        """One request. Raises IntegrationError or a child."""
        return await self._in_thread(lambda wire: wire.send(doing, verb, path, query, body))

    async def page(self, doing: str, path: str, query: Mapping[str, Any]) -> Answer:
        """One page of a list, with its links. Raises IntegrationError or a child."""
        found: Answer = await self._in_thread(lambda wire: wire.exchange(doing, "GET", path, query))
        return found

    async def graphql(self, doing: str, query: str, variables: Mapping[str, Any]) -> Any:
        """One GraphQL operation's data. Raises IntegrationError or a child."""
        return await self._in_thread(lambda wire: wire.graphql(doing, query, variables))

    async def close(self) -> None:
        """Start nothing more. What hangs ends by its own deadline."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for wire in self._wires:
            wire.close()

    async def _in_thread(self, work: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(self._wire()))

    def _wire(self) -> Wire:
        """This thread's connection: PyGithub's requester must not be shared."""
        wire: Wire | None = getattr(self._local, "wire", None)
        if wire is None:
            from adapters.platforms.github.wire import Wire

            wire = self._local.wire = Wire(self._place(), self._token)
            self._wires.append(wire)
        return wire

    def _place(self) -> Place:
        from adapters.platforms.github.sessions import Place

        # Half of a call's limit: a read that hangs may be tried once more within it.
        deadline_seconds = self.call_timeout_seconds / 2
        return Place(self.api_url, deadline_seconds, self._http_proxy, self._ca_bundle)


class Call:
    """What one call of the port asks of GitHub."""

    def __init__(self, client: Client, doing: str) -> None:
        self._client = client
        self._doing = doing

    async def get(self, path: str, **query: Any) -> Any:
        """Read, and try again when the network fails."""
        return await self._again(lambda: self._client.send(self._doing, "GET", path, query))

    async def page(self, path: str, query: Mapping[str, Any]) -> Answer:
        """One page of a list, with its links; tried again as any read."""
        return await self._again(lambda: self._client.page(self._doing, path, query))

    async def _again(self, ask: Callable[[], Awaitable[Got]]) -> Got:
        async for attempt in stamina.retry_context(
            on=_may_repeat,
            attempts=self._client.attempts,
            timeout=None,
            wait_initial=FIRST_WAIT_SECONDS,
            wait_max=LONGEST_WAIT_SECONDS,
            wait_jitter=JITTER_SECONDS,
        ):
            with attempt:
                return await ask()
        raise AssertionError("unreachable")

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create. Never repeated."""
        return await self._client.send(self._doing, "POST", path, {}, body)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change. Never repeated."""
        return await self._client.send(self._doing, "PATCH", path, {}, body)

    async def delete(self, path: str) -> None:
        """Delete. Never repeated."""
        await self._client.send(self._doing, "DELETE", path, {})

    async def graphql(self, query: str, **variables: Any) -> Any:
        """A GraphQL operation."""
        return await self._client.graphql(self._doing, query, variables)


def _may_repeat(error: Exception) -> bool:
    return isinstance(error, NetworkError)
