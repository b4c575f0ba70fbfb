"""How PyGithub connects: on a session of ours, so that proxies, authorities and an end to every answer are settings.

https://requests.readthedocs.io/en/latest/user/advanced
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import Any

import requests
from github import Auth
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)
from requests.adapters import HTTPAdapter

API_VERSION = "2022-11-28"
USER_AGENT = "bellhop"
CONNECT_SECONDS = 5.0
MOST_BYTES = 32 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Place:
    """Where GitHub is, and how it is reached. `deadline_seconds` bounds one request, whatever the server does."""

    api_url: str
    deadline_seconds: float
    http_proxy: str = ""
    ca_bundle: str = ""


class _Certificates(HTTPAdapter):
    """HTTPS that trusts the usual authorities and, besides, those of a file."""

    def __init__(self, ca_bundle: str) -> None:
        self._context = ssl.create_default_context()
        self._context.load_verify_locations(cafile=ca_bundle)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=self._context)


class _Answer(RequestsResponse):
    """An answer read to its end, within the deadline."""

    def __init__(self, response: requests.Response, text: str) -> None:
        super().__init__(response)
        self._text = text

    def read(self) -> str:
        return self._text


def make_session(place: Place) -> requests.Session:
    """A session of one thread: its proxy, its authorities, its connections."""
    session = requests.Session()
    # Proxies and authorities are settings of ours; the environment's would apply unseen.
    session.trust_env = False
    # Without this, requests would look for a ~/.netrc.
    session.auth = Requester.noopAuth
    if place.http_proxy:
        session.proxies = {"http": place.http_proxy, "https": place.http_proxy}
    if place.ca_bundle:
        session.mount("https://", _Certificates(place.ca_bundle))
    return session


def make_requester(place: Place, token: str, session: requests.Session) -> Requester:
    """PyGithub's requester, sending through `session`. A class of its own, because it keeps connections per class."""

    class Own(Requester):
        pass

    Own.injectConnectionClasses(*_connections(session, place.deadline_seconds))
    return Own(
        auth=Auth.Token(token),
        base_url=place.api_url,
        timeout=int(place.deadline_seconds),
        user_agent=USER_AGENT,
        per_page=100,
        verify=True,
        retry=None,
        pool_size=1,
        seconds_between_requests=0,
        seconds_between_writes=0,
        lazy=True,
        api_version=API_VERSION,
    )


def _connections(
    session: requests.Session, deadline_seconds: float
) -> tuple[type[HTTPRequestsConnectionClass], type[HTTPSRequestsConnectionClass]]:
    """Connections as PyGithub makes them one a request, all on one session, so that they are kept alive."""

    class Plain(HTTPRequestsConnectionClass):
        scheme = "http"

        def __init__(self, host: str, port: int | None = None, *_: Any, **__: Any) -> None:
            self.host = host
            self.port = port or 0

        def getresponse(self) -> RequestsResponse:
            at = f"{self.host}:{self.port}" if self.port else self.host
            url = f"{self.scheme}://{at}{self.url}"
            return fetch(session, deadline_seconds, self.verb, url, headers=self.headers, data=self.input)

        def close(self) -> None: ...

    class Secure(Plain):
        scheme = "https"

    return Plain, Secure  # type: ignore[return-value]  # alike, but PyGithub's two classes are no family


def fetch(
    session: requests.Session, deadline_seconds: float, verb: str, url: str, **given: Any
) -> RequestsResponse:
    """One request. Timeouts of sockets alone would let a server that drips bytes hold the thread for ever."""
    ends = time.monotonic() + deadline_seconds
    timeout = (min(CONNECT_SECONDS, deadline_seconds), deadline_seconds)
    with session.request(verb, url, timeout=timeout, allow_redirects=False, stream=True, **given) as response:
        read = bytearray()
        # `read1` returns what has come; `iter_content` would wait for a whole chunk, however slowly it comes.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            read += chunk
            if time.monotonic() > ends or len(read) > MOST_BYTES:
                raise requests.Timeout("the answer did not end")
    return _Answer(response, read.decode())
