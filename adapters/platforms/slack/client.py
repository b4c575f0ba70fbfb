"""Asking Slack's Web API, through slack_sdk on aiohttp: every call within a limit, nothing ever sent twice behind one's
back, no redirect followed to another host, no environment's proxy.

Reads are tried again after a network failure; nothing that changes something ever is: whoever asked looks for its own
earlier message first. https://docs.slack.dev/tools/python-slack-sdk/web#retryhandler (so no handler is installed)
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import stamina

from adapters.platforms.slack.failures import failure_of, word_of
from adapters.platforms.slack.limits import Limits
from bot.errors import IntegrationError, NetworkError, RateLimitError
from bot.safety import mask

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 2.0
JITTER_SECONDS = 0.2
CONNECT_SECONDS = 5.0
IDLE_SECONDS = 15.0
TOO_SLOW = "{doing}: no answer from Slack within {seconds:g} s"
NO_ANSWER = "{doing}: no answer from Slack ({why})"
HALF_ANSWER = "{doing}: Slack's answer was cut short or is not JSON"
UNEXPECTED = "{doing}: Slack's answer has another form than documented"


@dataclass(frozen=True)
class Reach:
    """Where Slack is, and how it is reached. Times are in seconds."""

    api_url: str
    call_timeout_seconds: float = 30.0
    attempts: int = 3
    http_proxy: str = ""
    ca_bundle: str = ""

    @property
    def origin(self) -> str:
        """`https://slack.com`."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc}"


class Client:
    """Slack's Web API. Methods are named as Slack names them."""

    def __init__(self, reach: Reach, token: str, name: str) -> None:
        self.reach = reach
        self.name = name
        self.limits = Limits()
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._web: AsyncWebClient | None = None
        # slack_sdk tells its logger everything that is said, and addresses that are secrets. What goes wrong is raised.
        self._logger = logging.getLogger("slack_sdk.quiet")
        self._logger.setLevel(logging.CRITICAL)

    @asynccontextmanager
    async def calling(self, doing: str) -> AsyncIterator[Call]:
        """All requests of one call, within its limit. `doing` begins the text of whatever goes wrong.

        Raises NetworkError when the limit is reached, IntegrationError when an answer is not what it should be.
        """
        seconds = self.reach.call_timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                yield Call(self, doing)
        except TimeoutError:
            raise NetworkError(TOO_SLOW.format(doing=doing, seconds=seconds)) from None
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # An answer without a field it must have. Nothing of it goes into the text. Whoever stands between may have
            # made it up, so it says neither that nothing happened nor that it will be the same next time.
            told = UNEXPECTED.format(doing=doing)
            raise IntegrationError(told, "answer", retryable=True, is_ambiguous=True) from error

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def session(self) -> aiohttp.ClientSession:
        """Our connections, opened within the running loop. No environment's proxy, no cookies."""
        if self._session is None or self._session.closed:
            self._web = None
            timeout = aiohttp.ClientTimeout(total=self.reach.call_timeout_seconds, connect=CONNECT_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=_authorities(self.reach.ca_bundle) or True, keepalive_timeout=IDLE_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                middlewares=(_stay,),
                timeout=timeout,
                trust_env=False,
                proxy=self.reach.http_proxy or None,
            )
        return self._session

    def web(self) -> AsyncWebClient:
        """slack_sdk's client on our connections."""
        session = self.session()
        if self._web is None:
            from adapters.platforms.slack.forms import FormClient

            self._web = FormClient(
                token=self._token,
                base_url=self.reach.api_url,
                timeout=max(int(self.reach.call_timeout_seconds), 1),
                session=session,
                user_agent_prefix="bellhop",
                logger=self._logger,
                retry_handlers=[],
            )
            self._web.proxy = None  # slack_sdk takes the environment's; ours is the session's
            self._web.ssl = _authorities(self.reach.ca_bundle)
        return self._web

    @property
    def logger(self) -> logging.Logger:
        """One that slack_sdk tells nothing."""
        return self._logger

    async def settle(self, doing: str, asked: Awaitable[Any], *, is_read: bool) -> Mapping[str, Any]:
        """The answer to a request. Raises IntegrationError or a child, saying what was being `doing`."""
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            answer = await asked
            data = answer.data
        except SlackApiError as error:
            raise self._refusal(doing, error.response, is_read=is_read) from None
        except TimeoutError:
            raise NetworkError(
                NO_ANSWER.format(doing=doing, why="timeout"), is_ambiguous=not is_read
            ) from None
        except aiohttp.ClientConnectorError as error:
            told = mask(NO_ANSWER.format(doing=doing, why=type(error).__name__), (self._token,))
            raise NetworkError(told, is_ambiguous=False) from None  # a connection never made carried nothing
        except (aiohttp.ClientError, SlackClientError, ConnectionError, ValueError) as error:
            told = NO_ANSWER.format(doing=doing, why=type(error).__name__)
            raise NetworkError(told, is_ambiguous=not is_read) from None
        if not isinstance(data, Mapping):
            raise NetworkError(HALF_ANSWER.format(doing=doing), is_ambiguous=not is_read)
        return data

    def _refusal(self, doing: str, response: Any, *, is_read: bool) -> IntegrationError:
        """slack_sdk raises alike for Slack's refusals and for answers that are no JSON (then it hands on aiohttp's)."""
        data = getattr(response, "data", None)
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
        word = word_of(data)
        if not word and status < 400:
            return NetworkError(HALF_ANSWER.format(doing=doing), is_ambiguous=not is_read)
        headers = dict(getattr(response, "headers", None) or {})
        return failure_of(doing, self.name, word, status, headers, is_read=is_read)


class Call:
    """What one call of the port asks of Slack."""

    def __init__(self, client: Client, doing: str) -> None:
        self.client = client
        self.doing = doing

    async def get(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Read, and try again when the network fails. `method` is slack_sdk's name: `users_info`."""
        async for attempt in stamina.retry_context(
            on=_may_repeat,
            attempts=self.client.reach.attempts,
            timeout=None,
            wait_initial=FIRST_WAIT_SECONDS,
            wait_max=LONGEST_WAIT_SECONDS,
            wait_jitter=JITTER_SECONDS,
        ):
            with attempt:
                return await self._send(method, arguments, is_read=True)
        raise AssertionError("unreachable")

    async def post(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Change something. Never repeated."""
        return await self._send(method, arguments, is_read=False)

    async def _send(self, method: str, arguments: Mapping[str, Any], *, is_read: bool) -> Mapping[str, Any]:
        self.client.limits.check(self.doing, method, arguments)
        asked = getattr(self.client.web(), method)(**arguments)
        try:
            return await self.client.settle(self.doing, asked, is_read=is_read)
        except RateLimitError as error:
            self.client.limits.note(method, arguments, error.retry_after_seconds)
            raise


def _may_repeat(error: Exception) -> bool:
    return isinstance(error, NetworkError)


async def _stay(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Redirects end here: neither what we say nor a token follows one."""
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise aiohttp.ClientResponseError(
            response.request_info, response.history, status=response.status, message="redirect"
        )
    return response


def _authorities(ca_bundle: str) -> ssl.SSLContext | None:
    """The usual authorities and, besides, those of a file; None for the usual ones alone."""
    if not ca_bundle:
        return None
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=ca_bundle)
    return context
