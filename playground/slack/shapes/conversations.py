"""Conversations and views. docs.slack.dev/reference/objects/conversation-object · .../reference/views"""

from __future__ import annotations

from typing import Any

from playground.slack.records import App, Channel, Team, User, View


def conversation(item: Channel, team: Team, viewer: User) -> dict[str, Any]:
    """A conversation as the token's user sees it."""
    if item.kind == "im":
        return _direct(item, viewer)
    return {
        "id": item.id,
        "name": item.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": item.kind == "mpim",
        "is_private": item.kind != "public",
        "created": item.created,
        "is_archived": item.is_archived,
        "is_general": item.is_general,
        "unlinked": 0,
        "name_normalized": item.name,
        "is_shared": item.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": team.id,
        "updated": item.created * 1000,
        "parent_conversation": None,
        "creator": item.creator,
        "is_ext_shared": item.is_ext_shared,
        "shared_team_ids": [team.id],
        "pending_connected_team_ids": [],
        "is_member": viewer.id in item.members,
        "topic": {"value": item.topic, "creator": "", "last_set": 0},
        "purpose": {"value": item.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
    }


def _direct(item: Channel, viewer: User) -> dict[str, Any]:
    others = [user for user in item.members if user != viewer.id]
    return {
        "id": item.id,
        "created": item.created,
        "is_archived": item.is_archived,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": viewer.team_id,
        "updated": item.created * 1000,
        "user": others[0] if others else viewer.id,
        "is_user_deleted": False,
        "is_open": True,
        "priority": 0,
    }


def view(item: View, app: App, team: Team) -> dict[str, Any]:
    """A modal or home, complete: what the app left out has Slack's defaults."""
    body = item.body
    is_modal = body.get("type") == "modal"
    return {
        "id": item.id,
        "team_id": team.id,
        "type": body.get("type"),
        "blocks": body.get("blocks", []),
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": item.values},
        "hash": item.hash,
        "title": body.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "close": body.get("close") if is_modal else None,
        "submit": body.get("submit") if is_modal else None,
        "previous_view_id": item.previous_id,
        "root_view_id": item.root_id,
        "app_id": app.id,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": team.id,
        "bot_id": app.bot.bot_id,
    }
