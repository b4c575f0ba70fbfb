"""Installing: the consent page, and the exchange of its code for a token.

docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import base64
import binascii
import html
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from playground.slack.calls import Call
from playground.slack.failures import ApiFailure
from playground.slack.records import Grant
from playground.slack.world import WORLD

CODE_SECONDS = 600
PAGE = """<!DOCTYPE html><html><head><title>Slack</title></head><body>
<h1>{app} is requesting permission to access the {team} workspace</h1><p>{scopes}</p>
<form method="post" action="/oauth/v2/authorize">{fields}
<select name="user">{people}</select>
<button name="answer" value="allow">Allow</button><button name="answer" value="cancel">Cancel</button>
</form></body></html>"""
FIELD = '<input type="hidden" name="{name}" value="{value}">'
PERSON = '<option value="{id}">{name}</option>'
KEPT = ("client_id", "scope", "redirect_uri", "state")
NO_CLIENT = "Invalid client_id parameter"


async def show_consent(request: web.Request) -> web.Response:
    """`GET /oauth/v2/authorize`."""
    store, query = request.app[WORLD].store, request.query
    if query.get("client_id") != store.app.client_id:
        return web.Response(status=400, text=NO_CLIENT)
    fields = [FIELD.format(name=name, value=html.escape(query.get(name, ""))) for name in KEPT]
    people = [
        PERSON.format(id=user.id, name=html.escape(user.real_name))
        for user in store.users.values()
        if not user.is_bot and not user.is_deleted and not user.is_stranger
    ]
    page = PAGE.format(
        app=html.escape(store.app.name),
        team=html.escape(store.team.name),
        scopes=html.escape(query.get("scope", "")),
        fields="".join(fields),
        people="".join(people),
    )
    return web.Response(text=page, content_type="text/html")


async def take_consent(request: web.Request) -> web.Response:
    """`POST /oauth/v2/authorize`: back to the app, with a code or with `access_denied`."""
    store, form = request.app[WORLD].store, await request.post()
    given = {name: str(form.get(name, "")) for name in (*KEPT, "user", "answer")}
    user = store.users.get(given["user"])
    if given["client_id"] != store.app.client_id or user is None:
        return web.Response(status=400, text=NO_CLIENT)
    if given["answer"] != "allow":
        raise _back(given, error="access_denied")
    code = f"{store.number()}.{store.number()}.{store.secret(64).lower()}"
    scopes = tuple(filter(None, given["scope"].split(",")))
    store.grants[code] = Grant(code, user, given["redirect_uri"], scopes, store.clock.now())
    raise _back(given, code=code)


def _back(given: dict[str, str], **answer: str) -> web.HTTPFound:
    mark = "&" if "?" in given["redirect_uri"] else "?"
    return web.HTTPFound(given["redirect_uri"] + mark + urlencode({**answer, "state": given["state"]}))


async def access(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/oauth.v2.access (client id and secret as arguments or Basic)"""
    grant = _redeem(call)
    store = call.store
    app, team = store.app, store.team
    token = store.add_token("bot", app.bot, grant.scopes)
    enterprise = {"id": team.enterprise_id, "name": team.enterprise_name} if team.enterprise_id else None
    return {
        "app_id": app.id,
        "authed_user": {"id": grant.user.id},
        "scope": ",".join(grant.scopes),
        "token_type": "bot",
        "access_token": token.text,
        "bot_user_id": app.bot.id,
        "team": None if app.is_enterprise_install else {"id": team.id, "name": team.name},
        "enterprise": enterprise,
        "is_enterprise_install": app.is_enterprise_install,
    }


def _redeem(call: Call) -> Grant:
    app = call.store.app
    if call.text("client_id") != app.client_id:
        raise ApiFailure("invalid_client_id")
    if call.text("client_secret") != app.client_secret:
        raise ApiFailure("bad_client_secret")
    grant = call.store.grants.get(call.text("code"))
    if grant is None or call.store.clock.now() - grant.made_at > CODE_SECONDS:
        raise ApiFailure("invalid_code")
    if grant.is_used:
        raise ApiFailure("code_already_used")
    if grant.redirect_uri and call.text("redirect_uri", grant.redirect_uri) != grant.redirect_uri:
        raise ApiFailure("bad_redirect_uri")
    grant.is_used = True
    return grant


def basic_client(header: str) -> dict[str, str]:
    """The client's id and secret from `Authorization: Basic`."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": name, "client_secret": secret}
