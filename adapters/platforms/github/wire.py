"""One thread's connection to GitHub's API, through PyGithub. Blocking; heavy, so imported by the threads that need it.

PyGithub signs in, follows renamed repositories and knows each edition's GraphQL address. Its objects are not used: they
follow the URLs that an answer names and fetch missing fields behind one's back. Here every request goes to the
configured host, on a path built by us, once: `GithubRetry` would repeat a POST after a 502 (two comments), and its
pacing sleeps.
https://pygithub.readthedocs.io/en/stable/github.html
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from github import Auth
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from adapters.platforms.github.failures import failure_of
from bot.errors import IntegrationError, NetworkError
from bot.safety import mask

ACCEPT = "application/vnd.github+json"
API_VERSION = "2022-11-28"
USER_AGENT = "bellhop"
CONNECT_SECONDS = 5.0
MOST_BYTES = 32 * 1024 * 1024
CHUNK_BYTES = 64 * 1024

NO_ANSWER = "{doing}: no answer from GitHub ({why})"
HALF_ANSWER = "{doing}: GitHub's answer was cut short or is not JSON"
ELSEWHERE = "{doing}: GitHub answered {status}, pointing elsewhere"


@dataclass(frozen=True)
class Place:
    """Where GitHub is, and how it is reached. `deadline_seconds` bounds one request, whatever the server does."""

    api_url: str
    deadline_seconds: float
    http_proxy: str = ""
    ca_bundle: str = ""


class Wire:
    """Requests of one thread, over one kept-alive connection."""

    def __init__(self, place: Place, token: str) -> None:
        self._token = token
        self._session = _session(place)
        self._requester = _requester(place, token, self._session)
        self._host = urlsplit(place.api_url).hostname

    def send(self, doing: str, verb: str, path: str, query: Mapping[str, Any], body: Any = None) -> Any:
        """The answer's JSON (None when empty). Raises IntegrationError or a child, saying what was being `doing`."""
        try:
            return self._settle(doing, verb, *self._ask(verb, path, query, body))
        except IntegrationError:
            raise
        except requests.RequestException as error:
            raise NetworkError(
                self._say(NO_ANSWER, doing, error), is_ambiguous=_was_sent(verb, error)
            ) from None
        except (urllib3.exceptions.HTTPError, ValueError, AssertionError, RuntimeError) as error:
            # Cut short; or PyGithub's own: half a JSON, a header that is no number, a redirect to another host.
            raise NetworkError(HALF_ANSWER.format(doing=doing), is_ambiguous=verb != "GET") from error

    def graphql(self, doing: str, query: str, variables: Mapping[str, Any]) -> Any:
        """`data` of a GraphQL answer, whose errors come with status 200."""
        answer = self.send(
            doing, "POST", self._requester.graphql_url, {}, {"query": query, "variables": variables}
        )
        errors = answer.get("errors") if isinstance(answer, dict) else None
        if errors or not isinstance(answer, dict):
            kind = errors[0].get("type") if errors and isinstance(errors[0], dict) else ""
            status = 404 if kind == "NOT_FOUND" else 403 if kind == "FORBIDDEN" else 422
            raise failure_of(doing, "POST", status, {}, {"errors": errors})
        return answer.get("data")

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _ask(
        self, verb: str, path: str, query: Mapping[str, Any], body: Any
    ) -> tuple[int, dict[str, Any], str]:
        headers = {"Accept": ACCEPT}
        status, answered, text = self._requester.requestJson(verb, path, dict(query), headers, body)
        if status in {307, 308} and urlsplit(answered.get("location", "")).hostname == self._host:
            # PyGithub follows 301 alone. Same connection, so the token goes nowhere else.
            return self._requester.requestJson(verb, answered["location"], None, {"Accept": ACCEPT}, body)
        return status, answered, text

    def _settle(self, doing: str, verb: str, status: int, headers: Mapping[str, str], text: str) -> Any:
        if status >= 400:
            error = failure_of(doing, verb, status, headers, _lenient(text))
            error.args = (mask(str(error), (self._token,)),)
            raise error
        if status >= 300:
            raise IntegrationError(ELSEWHERE.format(doing=doing, status=status), "redirect")
        return json.loads(text) if text else None

    def _say(self, form: str, doing: str, error: Exception) -> str:
        return mask(form.format(doing=doing, why=type(error).__name__), (self._token,))


def _lenient(text: str) -> Any:
    """A proxy's HTML instead of GitHub's JSON says nothing worth repeating."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _was_sent(verb: str, error: requests.RequestException) -> bool:
    """Whether a change may have happened. A connection that was never made carried nothing."""
    if verb == "GET" or isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return False
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return not isinstance(reason, NewConnectionError | urllib3.exceptions.ProxyError)


# --- how PyGithub connects ----------------------------------------------------------------------------------------


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


def _session(place: Place) -> requests.Session:
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


def _requester(place: Place, token: str, session: requests.Session) -> Requester:
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
            return _fetch(session, deadline_seconds, self.verb, url, headers=self.headers, data=self.input)

        def close(self) -> None: ...

    class Secure(Plain):
        scheme = "https"

    return Plain, Secure  # type: ignore[return-value]  # alike, but PyGithub's two classes are no family


def _fetch(
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
