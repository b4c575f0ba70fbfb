"""Messages and files. docs.slack.dev/reference/objects/message-object · docs.slack.dev/reference/objects/file-object"""

from __future__ import annotations

from typing import Any

from playground.slack.links import Links
from playground.slack.records import App, File, Message

PRETTY = {"png": "PNG", "jpg": "JPEG", "pdf": "PDF", "text": "Plain Text", "python": "Python", "diff": "Diff"}
FILETYPES = {"txt": "text", "log": "text", "md": "markdown", "py": "python", "jpeg": "jpg", "": "binary"}
ICONS = {
    f"image_{size}": f"https://a.slack-edge.com/80588/img/plugins/app/bot_{size}.png" for size in (36, 48, 72)
}


def bot_profile(app: App, team_id: str) -> dict[str, Any]:
    """Who the bot is, inside its messages."""
    return {
        "id": app.bot.bot_id,
        "app_id": app.id,
        "name": app.name,
        "icons": ICONS,
        "deleted": False,
        "updated": app.bot.updated,
        "team_id": team_id,
    }


def message(item: Message, app: App, links: Links, *, has_metadata: bool = True) -> dict[str, Any]:
    """A message as events and methods show it; parents carry what is known of their thread."""
    shape: dict[str, Any] = {"type": "message"}
    if item.subtype:
        shape["subtype"] = item.subtype
    if item.user and item.subtype != "bot_message":
        shape["user"] = item.user.id
    shape |= {"ts": item.ts, "text": item.text}
    optional: dict[str, Any] = {
        "client_msg_id": item.client_msg_id,
        "bot_id": item.bot_id,
        "app_id": item.app_id,
        "blocks": item.blocks,
        "attachments": item.attachments,
        "files": [_stub(one) if _is_shared(item, one, app) else file(one, links) for one in item.files],
        "metadata": item.metadata if has_metadata else None,
    }
    shape |= {key: value for key, value in optional.items() if value}
    if item.user and item.subtype != "bot_message":
        shape["team"] = item.user.team_id
    if item.bot_id and item.user is app.bot:
        shape["bot_profile"] = bot_profile(app, app.bot.team_id)
    if item.files:
        shape |= {"upload": False, "display_as_bot": False}
    return shape | _edited(item) | _thread(item, app, links) | _reactions(item)


def _edited(item: Message) -> dict[str, Any]:
    if not item.edited_ts:
        return {}
    return {"edited": {"user": item.edited_by, "ts": item.edited_ts}}


def _thread(item: Message, app: App, links: Links) -> dict[str, Any]:
    """A reply names its parent; a parent counts its replies."""
    parent = item.channel.messages.get(item.thread_ts or item.ts)
    if item.is_ephemeral or (item.thread_ts and item.thread_ts != item.ts):
        shape: dict[str, Any] = {"thread_ts": item.thread_ts} if item.thread_ts else {}
        if parent and parent.user and item.thread_ts:
            shape["parent_user_id"] = parent.user.id
        if item.is_broadcast and parent:
            shape["root"] = message(parent, app, links)
        return shape
    return thread_facts(item)


def thread_facts(parent: Message) -> dict[str, Any]:
    """What a parent says of its replies; nothing without any. docs.slack.dev/messaging/#threading"""
    replies = [one for one in parent.channel.thread(parent.ts) if one is not parent]
    if not replies:
        return {}
    people = list(dict.fromkeys(one.user.id for one in replies if one.user))
    return {
        "thread_ts": parent.ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
        "reply_users": people,
        "is_locked": False,
    }


def _reactions(item: Message) -> dict[str, Any]:
    found = [
        {"name": name, "users": users, "count": len(users)} for name, users in item.reactions.items() if users
    ]
    return {"reactions": found} if found else {}


def _is_shared(item: Message, one: File, app: App) -> bool:
    return item.channel.is_ext_shared and one.user is not app.bot


def _stub(item: File) -> dict[str, Any]:
    """All that is told of a file in a channel that is shared with another company; `files.info` tells the rest.

    docs.slack.dev/apis/slack-connect
    """
    return {
        "id": item.id,
        "mode": "file_access",
        "file_access": "check_file_info",
        "created": 0,
        "timestamp": 0,
        "user": "",
    }


def file(item: File, links: Links) -> dict[str, Any]:
    """A file; its addresses want a token."""
    ending = item.name.rpartition(".")[2].lower() if "." in item.name else ""
    filetype = item.snippet_type or FILETYPES.get(ending, ending)
    is_snippet = bool(item.snippet_type)
    shape = {
        "id": item.id,
        "created": item.created,
        "timestamp": item.created,
        "name": item.name,
        "title": item.title,
        "mimetype": item.mimetype,
        "filetype": filetype,
        "pretty_type": PRETTY.get(filetype, filetype.upper()),
        "user": item.user.id,
        "user_team": item.user.team_id,
        "editable": is_snippet,
        "size": len(item.content),
        "mode": "snippet" if is_snippet else "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": links.file(item),
        "url_private_download": links.file(item, is_download=True),
        "permalink": links.shown_file(item),
        "has_rich_preview": False,
        "file_access": "visible",
    }
    if is_snippet:
        lines = item.content.decode("utf-8", "replace").splitlines()
        shape |= {"preview": "\n".join(lines[:5]), "lines": len(lines), "lines_more": max(len(lines) - 5, 0)}
    return shape
