"""What Slack takes for an app's manifest, and what an app must ask for.

Form and limits: https://docs.slack.dev/reference/app-manifest and https://github.com/slackapi/manifest-schema
What a method or event needs stands on its own page, under "Scopes" and "Required scopes":
https://docs.slack.dev/reference/methods and https://docs.slack.dev/reference/events
"""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

Manifest = Mapping[str, Any]

CHANNELS = ("channels", "groups", "im", "mpim")
HISTORY = frozenset(f"{kind}:history" for kind in CHANNELS)
# A conversation of each kind needs the scope of its kind, so an app that is asked everywhere needs all of them.
SCOPES_OF_METHODS: Mapping[str, frozenset[str]] = {
    "auth.test": frozenset(),
    "chat.delete": frozenset({"chat:write"}),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.history": HISTORY,
    "conversations.info": frozenset(f"{kind}:read" for kind in CHANNELS),
    # With one person; groups of people would need mpim:write.
    "conversations.open": frozenset({"im:write"}),
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": frozenset({"files:write"}),
    "files.getUploadURLExternal": frozenset({"files:write"}),
    "files.info": frozenset({"files:read"}),
    "reactions.add": frozenset({"reactions:write"}),
    # "users:read is no longer a sufficient scope" for `profile.email`.
    "users.info": frozenset({"users:read", "users:read.email"}),
    "views.open": frozenset(),
    "views.publish": frozenset(),
}
# With the app-level token, which has scopes of its own. https://docs.slack.dev/apis/events-api/using-socket-mode
SCOPES_OF_APP_METHODS: Mapping[str, frozenset[str]] = {
    "apps.connections.open": frozenset({"connections:write"})
}
# https://docs.slack.dev/reference/objects/file-object#authentication (what fetches a file is no method)
SCOPES_OF_FILES = frozenset({"files:read"})
# https://docs.slack.dev/reference/scopes/commands ("enables shortcuts and slash commands")
SCOPES_OF_COMMANDS = frozenset({"commands"})
SCOPES_OF_EVENTS: Mapping[str, frozenset[str]] = {
    "app_home_opened": frozenset(),
    "app_mention": frozenset({"app_mentions:read"}),
    "app_uninstalled": frozenset(),
    "message.channels": frozenset({"channels:history"}),
    "message.groups": frozenset({"groups:history"}),
    "message.im": frozenset({"im:history"}),
    "message.mpim": frozenset({"mpim:history"}),
    "tokens_revoked": frozenset(),
}
# https://docs.slack.dev/reference/events/app_rate_limited ("You'll automatically receive it")
UNASKED_EVENTS = frozenset({"app_rate_limited"})

BOOLEAN = {"type": "boolean"}


def text(most: int, pattern: str = "", least: int = 1) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most} | (
        {"pattern": pattern} if pattern else {}
    )


def listed(of: Mapping[str, Any], most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": least, "maxItems": most, "uniqueItems": True}


def group(needed: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": False,
    }


URL = text(3000, "^https://")
SHORTCUT = group(
    ("name", "type", "callback_id", "description"),
    name=text(24),
    type={"enum": ["global", "message"]},
    callback_id=text(255),
    description=text(150),
)
COMMAND = group(
    ("command", "description"),
    command=text(32, "^/[a-z0-9_-]+$", 2),
    url=URL,
    description=text(2000),
    usage_hint=text(1000),
    should_escape=BOOLEAN,
)
SCHEMA = group(
    ("display_information",),
    _metadata=group(major_version={"enum": [1, 2]}, minor_version={"type": "integer"}),
    display_information=group(
        ("name",),
        name=text(35),
        description=text(140),
        # "The app manifest in App Settings throws an error if it is less than 174 characters."
        long_description=text(4000, least=175),
        background_color=text(7, "^#([0-9a-fA-F]{3}){1,2}$"),
    ),
    features=group(
        app_home=group(
            home_tab_enabled=BOOLEAN, messages_tab_enabled=BOOLEAN, messages_tab_read_only_enabled=BOOLEAN
        ),
        bot_user=group(("display_name",), display_name=text(80, "^[a-z0-9._-]+$"), always_online=BOOLEAN),
        shortcuts=listed(SHORTCUT, 10, 1),
        slash_commands=listed(COMMAND, 50, 1),
    ),
    oauth_config=group(
        redirect_urls=listed(text(2500), 1000),
        scopes=group(bot=listed(text(50), 255), user=listed(text(50), 255)),
    ),
    settings=group(
        event_subscriptions=group(
            request_url=URL, bot_events=listed(text(50), 100), user_events=listed(text(50), 100)
        ),
        interactivity=group(
            ("is_enabled",), is_enabled=BOOLEAN, request_url=URL, message_menu_options_url=URL
        ),
        org_deploy_enabled=BOOLEAN,
        socket_mode_enabled=BOOLEAN,
        token_rotation_enabled=BOOLEAN,
    ),
)


def complaints(manifest: Manifest) -> list[str]:
    """Why Slack would refuse it; [] when it would not."""
    found = [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(manifest)]
    return found or [*_unreachable(manifest), *_unheard(manifest)]


def _unreachable(manifest: Manifest) -> Iterator[str]:
    """Over HTTP each feature says where it is delivered; over Socket Mode none needs to."""
    settings, features = manifest.get("settings", {}), manifest.get("features", {})
    if settings.get("socket_mode_enabled"):
        return
    if settings.get("event_subscriptions") and "request_url" not in settings["event_subscriptions"]:
        yield "Event Subscription requires either Request URL or Socket Mode Enabled"
    if settings.get("interactivity", {}).get("is_enabled") and "request_url" not in settings["interactivity"]:
        yield "interactivity has no request_url"
    yield from (
        f"{command['command']} has no url"
        for command in features.get("slash_commands", [])
        if "url" not in command
    )


def _unheard(manifest: Manifest) -> Iterator[str]:
    """An event is only taken together with its scope."""
    granted = frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))
    for event in manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", []):
        if event not in SCOPES_OF_EVENTS:
            yield f"{event} is no event that is known here"
        elif missing := SCOPES_OF_EVENTS[event] - granted:
            yield f"{event} needs {', '.join(sorted(missing))}"
