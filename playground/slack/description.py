"""What an app and the people who play need to know of a workspace."""

from __future__ import annotations

from typing import Any

from playground.slack.world import World


def describe(world: World) -> dict[str, Any]:
    """Addresses, credentials, people by role and channels by use."""
    store = world.store
    app, bot = store.app, store.app.bot
    return {
        "url": world.links.base,
        "api_url": world.links.api,
        "control_url": world.links.control,
        "events_url": world.postman.url,
        "bot_token": store.live_token("bot"),
        "app_token": store.live_token("app"),
        "signing_secret": app.signing_secret,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "app_id": app.id,
        "bot_user": {"id": bot.id, "bot_id": bot.bot_id, "name": bot.name},
        "team": {"id": store.team.id, "name": store.team.name, "domain": store.team.domain},
        "people": {role: _person(world, user_id) for role, user_id in world.cast.items()},
        "channels": {use: _channel(world, channel_id) for use, channel_id in world.places.items()},
    }


def _person(world: World, user_id: str) -> dict[str, Any]:
    user = world.store.users[user_id]
    return {"id": user.id, "name": user.name, "real_name": user.real_name, "email": user.email}


def _channel(world: World, channel_id: str) -> dict[str, Any]:
    channel = world.store.channels[channel_id]
    return {"id": channel.id, "name": channel.name, "kind": channel.kind}
