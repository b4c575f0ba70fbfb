"""One thread's connection to GitHub's API, through PyGithub. Blocking; heavy, so imported by the threads that need it.

PyGithub signs in, follows renamed repositories and knows each edition's GraphQL address. Its objects are not used: they
follow the URLs that an answer names and fetch missing fields behind one's back. Here every request goes to the
configured host, on a path built by us, once: `GithubRetry` would repeat a POST after a 502 (two comments), and its
pacing sleeps.
https://pygithub.readthedocs.io/en/stable/github.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import urllib3.exceptions
from urllib3.exceptions import NewConnectionError

from adapters.platforms.github.failures import failure_of
from adapters.platforms.github.sessions import Place, make_requester, make_session
from bot.errors import IntegrationError, NetworkError
from bot.safety import mask

ACCEPT = "application/vnd.github+json"

NO_ANSWER = "{doing}: no answer from GitHub ({why})"
HALF_ANSWER = "{doing}: GitHub's answer was cut short or is not JSON"
ELSEWHERE = "{doing}: GitHub answered {status}, pointing elsewhere"


@dataclass(frozen=True)
class Answer:
    """An answer's JSON (None when empty), and where its links lead: by relation, the query for the same path."""

    data: Any
    links: Mapping[str, Mapping[str, str]]


class Wire:
    """Requests of one thread, over one kept-alive connection."""

    def __init__(self, place: Place, token: str) -> None:
        self._token = token
        self._session = make_session(place)
        self._requester = make_requester(place, token, self._session)
        self._host = urlsplit(place.api_url).hostname

    def send(self, doing: str, verb: str, path: str, query: Mapping[str, Any], body: Any = None) -> Any:
        """The answer's JSON (None when empty). Raises IntegrationError or a child, saying what was being `doing`."""
        return self.exchange(doing, verb, path, query, body).data

    def exchange(
        self, doing: str, verb: str, path: str, query: Mapping[str, Any], body: Any = None
    ) -> Answer:
        """The whole answer. Raises as `send` does."""
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

    def _settle(self, doing: str, verb: str, status: int, headers: Mapping[str, str], text: str) -> Answer:
        if status >= 400:
            error = failure_of(doing, verb, status, headers, _lenient(text))
            error.args = (mask(str(error), (self._token,)),)
            raise error
        if status >= 300:
            raise IntegrationError(ELSEWHERE.format(doing=doing, status=status), "redirect")
        return Answer(json.loads(text) if text else None, _links(headers.get("link", "")))

    def _say(self, form: str, doing: str, error: Exception) -> str:
        return mask(form.format(doing=doing, why=type(error).__name__), (self._token,))


def _links(header: str) -> dict[str, Mapping[str, str]]:
    told = requests.utils.parse_header_links(header) if header else []
    return {each["rel"]: dict(parse_qsl(urlsplit(each["url"]).query)) for each in told if "rel" in each}


def _lenient(text: str) -> Any:
    """A proxy's HTML instead of GitHub's JSON says nothing worth repeating."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _was_sent(verb: str, error: requests.RequestException) -> bool:
    """Whether a change may have happened. A connection that was never made carried nothing."""
    if verb == "GET" or isinstance(error, requests.ConnectTimeout):
        return False
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return not isinstance(reason, NewConnectionError | urllib3.exceptions.ProxyError)
