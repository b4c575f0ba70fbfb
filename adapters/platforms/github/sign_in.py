"""Signing in on GitHub by the web application flow, with a client id and secret of an OAuth app or a GitHub App.

https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
No scope is asked for: who somebody is may be read by any token of theirs. The token tells that once and is given back.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from adapters.platforms.github.settings import TOKEN, GitHubSettings
from bot.errors import AuthenticationError, IntegrationError, NetworkError, Refused
from models.message import Actor

if TYPE_CHECKING:
    from adapters.platforms.github.sessions import Place

THREADS = 2
AUTHORIZE, EXCHANGE, USER = "/login/oauth/authorize", "/login/oauth/access_token", "/user"
JSON = "application/json"
DOING = "asking GitHub who signed in"
NO_ANSWER = "{doing}: no answer from GitHub"
ANSWERED = "{doing}: GitHub answered {status}"
UNEXPECTED = "{doing}: GitHub's answer has another form than documented"
NOT_TAKEN = "{doing}: GitHub does not take our client ({error}); look at {setting}"
TOO_LATE = (
    "GitHub takes each sign-in once and for ten minutes, and not this one. Open the link in your chat again."
)
UNVERIFIED = (
    "GitHub wants you to verify your primary e-mail address first. Do that, then open the link again."
)
# https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
THEIRS: Mapping[str, str] = {"bad_verification_code": TOO_LATE, "unverified_user_email": UNVERIFIED}
OURS: Mapping[str, str] = {
    "incorrect_client_credentials": "GITHUB_APP_CLIENT_ID and GITHUB_APP_CLIENT_SECRET",
    "redirect_uri_mismatch": "BELLHOP_PUBLIC_URL and the callback URL registered there",
}


@dataclass(frozen=True)
class Answer:
    """A status, and the object that came with it."""

    status: int
    data: Mapping[str, Any]


class GitHubSignIn:
    """The `SignIn` port."""

    def __init__(self, settings: GitHubSettings, *, http_proxy: str = "", ca_bundle: str = "") -> None:
        self._id = settings.github_app_client_id
        self._secret = settings.client_secret
        self._pages, self._api = settings.html_url, settings.github_api_url
        self._seconds = settings.integration_timeout
        self._reach = (http_proxy, ca_bundle)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="github-sign-in")

    def address(self, back: str, state: str, challenge: str) -> str:
        """GitHub's page, which lets people choose among their accounts and asks for no scope."""
        told = {
            "client_id": self._id,
            "redirect_uri": back,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "select_account",
        }
        return f"{self._pages}{AUTHORIZE}?{urlencode(told)}"

    async def account(self, back: str, code: str, verifier: str) -> Actor:
        """Exchange the code, read who its token belongs to, give the token back. Raises as the port says."""
        asked = {"code": code, "redirect_uri": back, "code_verifier": verifier}
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._account, asked)
        try:
            async with asyncio.timeout(self._seconds):
                return await work
        except TimeoutError:
            raise NetworkError(NO_ANSWER.format(doing=DOING)) from None

    async def close(self) -> None:
        """Begin nothing more. What hangs ends by its own deadline."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _account(self, asked: Mapping[str, str]) -> Actor:
        """Blocking."""
        token = self._exchange(asked)
        try:
            return _actor(self._send("GET", self._api + USER, {"Authorization": f"Bearer {token}"}))
        finally:
            # Nobody waits for it; a token that stays is one that nobody has.
            with contextlib.suppress(RuntimeError):  # closing
                self._threads.submit(self._give_back, token)

    def _exchange(self, asked: Mapping[str, str]) -> str:
        client = {"client_id": self._id, "client_secret": self._secret}
        form = urlencode({**client, **asked}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._send("POST", self._pages + EXCHANGE, kind, form)
        error = answer.data.get("error")
        if isinstance(error, str):
            raise _refusal(error)
        token = answer.data.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not TOKEN.fullmatch(token):
            raise _failure(answer.status)
        return token

    def _give_back(self, token: str) -> None:
        """https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token"""
        client = base64.b64encode(f"{self._id}:{self._secret}".encode()).decode()
        body = json.dumps({"access_token": token}).encode()
        with contextlib.suppress(IntegrationError):
            url = f"{self._api}/applications/{self._id}/token"
            self._send("DELETE", url, {"Authorization": f"Basic {client}", "Content-Type": JSON}, body)

    def _send(self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """One request on a connection of its own: nothing of it is left for the next person's."""
        from adapters.platforms.github import sessions

        place = self._place()
        given = {"Accept": JSON, "User-Agent": sessions.USER_AGENT, **headers}
        with sessions.make_session(place) as session:
            return _read(
                lambda: sessions.fetch(session, place.deadline_seconds, verb, url, headers=given, data=body)
            )

    def _place(self) -> Place:
        from adapters.platforms.github.sessions import Place

        # Two requests, one after the other, within one call's limit.
        return Place(self._api, self._seconds / 2, *self._reach)


def _read(fetch: Callable[[], Any]) -> Answer:
    """No word of an answer, an address or a connection's failure goes on: any may hold the code or the token."""
    import requests
    import urllib3.exceptions

    try:
        answer = fetch()
        data = json.loads(answer.read() or "{}")
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
        raise NetworkError(NO_ANSWER.format(doing=DOING)) from None
    except ValueError:
        raise NetworkError(UNEXPECTED.format(doing=DOING)) from None
    if not isinstance(data, dict):
        raise _failure(answer.status)
    return Answer(answer.status, data)


def _actor(answer: Answer) -> Actor:
    """https://docs.github.com/en/rest/users/users#get-the-authenticated-user"""
    number, login = answer.data.get("id"), answer.data.get("login")
    if answer.status != 200 or type(number) is not int or not isinstance(login, str) or not login:
        raise _failure(answer.status)
    name = answer.data.get("name")
    is_person = answer.data.get("type") == "User"
    return Actor(
        id=str(number), login=login, display_name=name if isinstance(name, str) else "", is_bot=not is_person
    )


def _refusal(error: str) -> Exception:
    if error in THEIRS:
        return Refused(THEIRS[error])
    if error in OURS:
        return AuthenticationError(NOT_TAKEN.format(doing=DOING, error=error, setting=OURS[error]))
    return _failure(200)


def _failure(status: int) -> IntegrationError:
    if status >= 500:
        return NetworkError(ANSWERED.format(doing=DOING, status=status))
    text = UNEXPECTED.format(doing=DOING) if status == 200 else ANSWERED.format(doing=DOING, status=status)
    return IntegrationError(text, "answer", retryable=True)
