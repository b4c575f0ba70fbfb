"""views.*"""

from __future__ import annotations

from typing import Any

from playground.slack.actions import views
from playground.slack.calls import Call
from playground.slack.failures import ApiFailure
from playground.slack.records import View
from playground.slack.shapes import conversations


async def open_view(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/views.open"""
    body = _body(call, "modal")
    return _shape(
        call, views.open_modal(call.world, views.exchange(call.world, call.needed("trigger_id")), body)
    )


async def push_view(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/views.push (its trigger must come from a modal)"""
    body = _body(call, "modal")
    trigger = views.exchange(call.world, call.needed("trigger_id"))
    if trigger.view_id is None:
        raise ApiFailure("not_found")
    return _shape(call, views.push_modal(call.world, trigger.user, body))


async def update_view(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/views.update"""
    body = _body(call, "modal", "home")
    view = views.find_view(call.world, call.text("view_id"), call.text("external_id"))
    return _shape(call, views.change(call.world, view, body, call.text("hash")))


async def publish_view(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/views.publish"""
    body = _body(call, "home")
    user = call.person("user_id")
    return _shape(call, views.publish_home(call.world, user, body, call.text("hash")))


def _body(call: Call, *kinds: str) -> dict[str, Any]:
    return views.read_view(call.world, call.structure("view"), call.method, *kinds)


def _shape(call: Call, view: View) -> dict[str, Any]:
    return {"view": conversations.view(view, call.store.app, call.store.team)}
