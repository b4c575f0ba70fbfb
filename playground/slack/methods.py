"""Every Web API method: its endpoint, the scopes of which one is needed, and the kind of token.

docs.slack.dev/reference/methods
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from playground.slack.calls import Call
from playground.slack.endpoints import apps, chat, conversations, files, oauth, people, reactions, views

Endpoint = Callable[[Call], Awaitable[dict[str, Any]]]
READS = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORIES = ("channels:history", "groups:history", "im:history", "mpim:history")


class Method(NamedTuple):
    """`token` is "bot" (also a user's), "app" (xapp-) or "none"."""

    endpoint: Endpoint
    scopes: tuple[str, ...] = ()
    token: str = "bot"


METHODS: dict[str, Method] = {
    "apps.connections.open": Method(apps.open_connection, ("connections:write",), "app"),
    "auth.revoke": Method(apps.revoke),
    "auth.test": Method(apps.test_auth),
    "bots.info": Method(people.bot_info, ("users:read",)),
    "chat.delete": Method(chat.delete, ("chat:write",)),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",)),
    "chat.postMessage": Method(chat.post_message, ("chat:write",)),
    "chat.update": Method(chat.update, ("chat:write",)),
    "conversations.history": Method(conversations.history, HISTORIES),
    "conversations.info": Method(conversations.info, READS),
    "conversations.join": Method(conversations.join, ("channels:join",)),
    "conversations.list": Method(conversations.list_all, READS),
    "conversations.members": Method(conversations.list_members, READS),
    "conversations.open": Method(conversations.open_direct, ("im:write", "mpim:write")),
    "conversations.replies": Method(conversations.replies, HISTORIES),
    "files.completeUploadExternal": Method(files.complete_upload, ("files:write",)),
    "files.getUploadURLExternal": Method(files.get_upload_url, ("files:write",)),
    "files.info": Method(files.info, ("files:read",)),
    "oauth.v2.access": Method(oauth.access, token="none"),
    "reactions.add": Method(reactions.add, ("reactions:write",)),
    "reactions.get": Method(reactions.get, ("reactions:read",)),
    "reactions.remove": Method(reactions.remove, ("reactions:write",)),
    "team.info": Method(people.team_info, ("team:read",)),
    "usergroups.list": Method(people.list_usergroups, ("usergroups:read",)),
    "usergroups.users.list": Method(people.list_usergroup_users, ("usergroups:read",)),
    "users.conversations": Method(conversations.list_joined, READS),
    "users.info": Method(people.info, ("users:read",)),
    "users.list": Method(people.list_all, ("users:read",)),
    "users.lookupByEmail": Method(people.look_up_by_email, ("users:read.email",)),
    "views.open": Method(views.open_view),
    "views.publish": Method(views.publish_view),
    "views.push": Method(views.push_view),
    "views.update": Method(views.update_view),
}
