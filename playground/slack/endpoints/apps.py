"""auth.*, apps.connections.open, auth.revoke"""

from __future__ import annotations

from typing import Any

from playground.slack.calls import Call
from playground.slack.failures import ApiFailure


async def test_auth(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/auth.test"""
    team, actor = call.store.team, call.actor
    shape: dict[str, Any] = {
        "url": f"{call.world.links.base}/",
        "team": team.name,
        "user": actor.name,
        "team_id": team.id,
        "user_id": actor.id,
        "bot_id": actor.bot_id,
        "is_enterprise_install": call.store.app.is_enterprise_install,
    }
    if team.enterprise_id:
        shape["enterprise_id"] = team.enterprise_id
    return shape


async def open_connection(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/apps.connections.open (an app-level token, by POST)"""
    if call.world.postman.behavior.is_socket_mode is False:
        raise ApiFailure("socket_mode_not_enabled")
    ticket = call.world.sockets.issue_ticket()
    return {"url": call.world.links.socket(ticket, call.store.app.id)}


async def revoke(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/auth.revoke"""
    assert call.token, "the method needs a token"
    if not call.flag("test"):
        call.token.state = "revoked"
    return {"revoked": not call.flag("test")}
