"""Members, workspaces, groups and bots. docs.slack.dev/reference/objects/user-object"""

from __future__ import annotations

from typing import Any

from playground.slack.records import App, Team, User, Usergroup
from playground.slack.shapes.messages import ICONS

TZ_LABELS = {"Europe/Berlin": "Central European Time", "America/New_York": "Eastern Standard Time"}


def user(item: User, team: Team, *, has_email: bool) -> dict[str, Any]:
    """A member; the address only with `users:read.email`, and never a stranger's locale facts."""
    first, _, last = item.real_name.partition(" ")
    profile: dict[str, Any] = {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": item.real_name,
        "real_name_normalized": item.real_name,
        "display_name": item.display_name,
        "display_name_normalized": item.display_name,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": "g" + item.id[-11:].lower(),
        "team": item.team_id,
    }
    if has_email and item.email and not item.is_bot:
        profile["email"] = item.email
    if item.is_bot:
        profile |= {"bot_id": item.bot_id, "api_app_id": item.app_id or ""}
    shape: dict[str, Any] = {
        "id": item.id,
        "team_id": item.team_id,
        "name": item.name,
        "deleted": item.is_deleted,
        "profile": profile,
        "is_bot": item.is_bot,
        "is_app_user": False,
        "updated": item.updated,
    }
    if item.is_stranger:
        shape["is_stranger"] = True
    if not item.is_deleted:
        shape |= _standing(item)
    if team.enterprise_id or item.id.startswith("W"):
        shape["enterprise_user"] = _enterprise(item, team)
    return shape


def _standing(item: User) -> dict[str, Any]:
    return {
        "color": "9f69e7",
        "real_name": item.real_name,
        "tz": item.tz,
        "tz_label": TZ_LABELS.get(item.tz, item.tz),
        "tz_offset": item.tz_offset,
        "is_admin": item.is_admin,
        "is_owner": item.is_admin,
        "is_primary_owner": False,
        "is_restricted": item.is_restricted,
        "is_ultra_restricted": False,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }


def _enterprise(item: User, team: Team) -> dict[str, Any]:
    """docs.slack.dev/enterprise: one person in an organization, whatever the workspace."""
    return {
        "id": item.id,
        "enterprise_id": team.enterprise_id or f"E{team.id[1:]}",
        "enterprise_name": team.enterprise_name or team.name,
        "is_admin": item.is_admin,
        "is_owner": False,
        "teams": [team.id],
    }


def team_info(item: Team, base: str) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/team.info"""
    shape = {
        "id": item.id,
        "name": item.name,
        "url": f"{base}/",
        "domain": item.domain,
        "email_domain": "example.com",
        "icon": {"image_default": True},
        "avatar_base_url": "https://ca.slack-edge.com/",
        "is_verified": False,
    }
    if item.enterprise_id:
        shape |= {
            "enterprise_id": item.enterprise_id,
            "enterprise_name": item.enterprise_name,
            "enterprise_domain": item.domain,
        }
    return shape


def bot(app: App) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/bots.info"""
    return {
        "id": app.bot.bot_id,
        "deleted": False,
        "name": app.name,
        "updated": app.bot.updated,
        "app_id": app.id,
        "user_id": app.bot.id,
        "icons": ICONS,
    }


def usergroup(item: Usergroup, team: Team) -> dict[str, Any]:
    """docs.slack.dev/reference/objects/usergroup-object"""
    return {
        "id": item.id,
        "team_id": team.id,
        "is_usergroup": True,
        "name": item.name,
        "description": "",
        "handle": item.handle,
        "is_external": False,
        "date_delete": 0,
        "users": item.users,
        "user_count": len(item.users),
    }
