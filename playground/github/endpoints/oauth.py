"""Signing in: the page on which somebody lets a client know who they are, the exchange of its code, the end of a token.

docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-authorization-request-errors
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from playground.github import oauth
from playground.github.auth import client_of
from playground.github.calls import Call
from playground.github.failures import invalid, not_found, unauthenticated
from playground.github.oauth import Client
from playground.github.pages import PAGE, STYLE
from playground.github.records import User
from playground.github.replies import nothing
from playground.github.world import WORLD, World

KEPT = ("client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")
FORM = """<p><strong>{client}</strong> wants to know who you are. {scope}</p><form method="post">{fields}
<p><label>You are <select name="login">{people}</select></label></p>
<p><button name="answer" value="authorize">Authorize {client}</button>
<button name="answer" value="cancel">Cancel</button></p></form>"""
FIELD = '<input type="hidden" name="{name}" value="{value}">'
NO_SCOPE = "It sees public information only."
SCOPE = "It may act for you: {scope}."
DENIED = "The user has denied your application access."
MISMATCH = "The redirect_uri MUST match the registered callback URL for this application."
NO_S256 = "The code_challenge_method must be S256."
ERRORS = {
    "incorrect_client_credentials": "The client_id and/or client_secret passed are incorrect.",
    "redirect_uri_mismatch": MISMATCH,
    "bad_verification_code": "The code passed is incorrect or expired.",
}
TOKEN_PAGE = "/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#"
REQUEST_PAGE = "/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#"
JSON, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"


async def show_consent(request: web.Request) -> web.Response:
    """`GET /login/oauth/authorize`: nobody is signed in here, so whoever sits there chooses whom they play."""
    world, asked = request.app[WORLD], _asked(request.query)
    client = _client(world, asked)
    fields = "".join(FIELD.format(name=name, value=escape(value)) for name, value in asked.items())
    people = "".join(f"<option>{escape(user.login)}</option>" for user in _people(world))
    scope = SCOPE.format(scope=escape(asked["scope"])) if asked["scope"] else NO_SCOPE
    body = FORM.format(client=escape(client.name), scope=scope, fields=fields, people=people)
    text = PAGE.format(title=f"Authorize {escape(client.name)}", style=STYLE, way="", body=body)
    # What a form leads to counts as its target: https://www.w3.org/TR/CSP3/#directive-form-action
    back = urlsplit(client.callback_url)
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {back.scheme}://{back.netloc}"
    )
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})


async def take_consent(request: web.Request) -> web.Response:
    """`POST /login/oauth/authorize`: back to the client, with a code or with `access_denied`."""
    form = await request.post()
    world, asked = request.app[WORLD], _asked({name: str(value) for name, value in form.items()})
    client, login = _client(world, asked), str(form.get("login", ""))
    user = next((user for user in _people(world) if user.login == login), None)
    redirect_uri = asked["redirect_uri"] or client.callback_url
    if form.get("answer") != "authorize" or user is None:
        raise _back(redirect_uri, asked, **_error("access_denied", DENIED))
    raise _back(redirect_uri, asked, code=client.grant(user, asked["redirect_uri"], asked["code_challenge"]))


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given.get(name, "") for name in KEPT}


def _client(world: World, asked: Mapping[str, str]) -> Client:
    """Raises 404 for an unknown client, and leads back where something else is wrong."""
    client = world.client
    if client is None or asked["client_id"] != client.client_id:
        raise not_found()
    if asked["redirect_uri"] and not client.takes(asked["redirect_uri"]):
        raise _back(client.callback_url, asked, **_error("redirect_uri_mismatch", MISMATCH))
    if asked["code_challenge"] and asked["code_challenge_method"] != "S256":
        raise _back(asked["redirect_uri"] or client.callback_url, asked, **_error("invalid_request", NO_S256))
    return client


def _error(error: str, description: str) -> dict[str, str]:
    page = REQUEST_PAGE + error.replace("_", "-")
    return {"error": error, "error_description": description, "error_uri": page}


def _back(redirect_uri: str, asked: Mapping[str, str], **told: str) -> web.HTTPFound:
    mark = "&" if urlsplit(redirect_uri).query else "?"
    state = {"state": asked["state"]} if asked["state"] else {}
    return web.HTTPFound(f"{redirect_uri}{mark}{urlencode({**told, **state})}")


def _people(world: World) -> list[User]:
    """Whoever can sign in; the writer first, for that is who plays most."""
    users = [user for user in world.store.users.values() if user.kind == "User"]
    return sorted(users, key=lambda user: user.login != world.cast.get("writer"))


async def exchange(request: web.Request) -> web.Response:
    """`POST /login/oauth/access_token`: errors come with 200, and in the form that `Accept` asks for."""
    world, given = request.app[WORLD], {**request.query, **await _body(request)}
    client = world.client
    given_client = (given.get("client_id", ""), given.get("client_secret", ""))
    if client is None or given_client != (client.client_id, client.client_secret):
        return _told(request, _token_error("incorrect_client_credentials"))
    redirect_uri = given.get("redirect_uri", "")
    if redirect_uri and not client.takes(redirect_uri):
        return _told(request, _token_error("redirect_uri_mismatch"))
    user = client.redeem(given.get("code", ""), redirect_uri, given.get("code_verifier", ""))
    if user is None:
        return _told(request, _token_error("bad_verification_code"))
    token = world.store.add_token(user, oauth.make_token())
    client.tokens[token] = user
    return _told(request, {"access_token": token, "token_type": "bearer", "scope": ""})


async def _body(request: web.Request) -> dict[str, str]:
    if request.content_type != JSON:
        return {name: str(value) for name, value in (await request.post()).items()}
    try:
        found = json.loads(await request.read() or b"{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _token_error(error: str) -> dict[str, str]:
    page = TOKEN_PAGE + error.replace("_", "-")
    return {"error": error, "error_description": ERRORS[error], "error_uri": page}


def _told(request: web.Request, answer: dict[str, str]) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    if JSON in request.headers.get("Accept", ""):
        return web.json_response(answer, headers=headers)
    return web.Response(text=urlencode(answer), content_type=FORM_TYPE, headers=headers)


async def delete_token(call: Call) -> web.Response:
    """`DELETE /applications/{client_id}/token`: by the client itself, with its id and secret as Basic.

    docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
    """
    client, given = call.world.client, client_of(call.request.headers.get("Authorization", ""))
    if client is None or given != (client.client_id, client.client_secret):
        raise unauthenticated()
    if call.path("client_id") != client.client_id:
        raise not_found()
    token = (await call.json()).get("access_token")
    if not isinstance(token, str) or client.tokens.pop(token, None) is None:
        raise invalid("Token", "access_token")
    call.world.store.tokens.pop(token, None)
    return nothing()


def oauth_routes() -> list[web.RouteDef]:
    """What is beside the REST API."""
    page = "/login/oauth/authorize"
    return [
        web.get(page, show_consent),
        web.post(page, take_consent),
        web.post("/login/oauth/access_token", exchange),
    ]
