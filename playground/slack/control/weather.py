"""How the world behaves: deliveries, faults, sockets, the clock; and what Slack sends on its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from playground.slack.control.asking import only_known
from playground.slack.failures import Unplayable
from playground.slack.faults import Fault
from playground.slack.parcels import Attempt, Parcel
from playground.slack.postman import Behavior
from playground.slack.world import World

IDLE_SECONDS = 15.0
REASONS = ("warning", "refresh_requested", "link_disabled")
BAD_REASON = "a connection is told warning, refresh_requested or link_disabled"


async def show_delivery(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`GET /delivery`: where to and how events and interactions are sent."""
    facts = {"url": world.postman.url, "connections": world.sockets.count}
    return facts | asdict(world.postman.behavior)


async def set_delivery(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`PUT /delivery {url?, is_on?, copies?, delay_seconds?, jitter_seconds?, timeout_seconds?, retry_scale?, ...}`.

    Also `trigger_seconds`, `retry_delays_seconds`, `clock_error_seconds`, `is_socket_mode`; what is left out is as on
    Slack, except the address, which stays.
    """
    wanted = {key: value for key, value in data.items() if key != "url"}
    world.postman.behavior = Behavior(**only_known(Behavior, wanted))
    world.postman.url = data.get("url", world.postman.url)
    return await show_delivery(world, data)


async def wait_idle(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /delivery/idle {timeout_seconds?}`: answers when no event is on its way."""
    seconds = float(data.get("timeout_seconds", IDLE_SECONDS))
    return {"is_idle": await world.postman.idle(seconds)}


async def list_attempts(world: World, data: dict[str, Any]) -> list[dict[str, Any]]:
    """`GET /attempts?name=&kind=`: every try to hand something over, oldest first, with the answer."""
    found = [asdict(attempt) for attempt in world.postman.attempts]
    return [one for one in found if all(data.get(key, one[key]) == one[key] for key in ("name", "kind"))]


async def list_faults(world: World, data: dict[str, Any]) -> list[dict[str, Any]]:
    """`GET /faults`: those waiting for requests."""
    return world.faults.waiting()


async def add_fault(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /faults {kind, path?: method's name, error?, when?, times?, status?, seconds?, retry_after?, body?}`."""
    try:
        return asdict(world.faults.add(Fault(**only_known(Fault, data))))
    except (TypeError, ValueError) as error:
        raise Unplayable(str(error)) from error


async def clear_faults(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`DELETE /faults`."""
    world.faults.clear()
    return {}


async def show_pace(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`GET /pace`: the most calls of each method in any minute (chat.postMessage: 5 s), and what Slack allows."""
    return world.paces.report()


async def set_pace(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`PUT /pace {is_on, scale?}`: refuse what is too fast; `scale` shortens the minute."""
    world.paces.is_on, world.paces.scale = bool(data.get("is_on", True)), float(data.get("scale", 1.0))
    return world.paces.report()


async def disconnect(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /sockets/disconnect {reason?: warning|refresh_requested|link_disabled}`."""
    reason = str(data.get("reason", "refresh_requested"))
    if reason not in REASONS:
        raise Unplayable(BAD_REASON)
    return {"told": await world.sockets.disconnect(reason)}


async def drop_sockets(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /sockets/drop`: cut every connection without a word."""
    await world.sockets.drop()
    return {}


async def advance(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /clock {seconds}`: later by so much, for triggers, response URLs and codes."""
    world.store.clock.ahead_seconds += float(data.get("seconds", 0))
    return {"now": world.store.clock.now()}


async def challenge(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /challenge`: what Slack sends when an address is entered.

    docs.slack.dev/reference/events/url_verification
    """
    word = world.store.secret(52)
    payload = {"token": world.store.app.verification_token, "challenge": word, "type": "url_verification"}
    attempt = await world.postman.ask(Parcel("events_api", payload))
    answer = attempt.answer()
    return _facts(attempt) | {
        "is_verified": word in (answer.get("challenge"), answer.get("text", "").strip())
    }


async def check_ssl(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /ssl_check {is_get?}`: the probe of a command's address, as a form or in a query.

    docs.slack.dev/interactivity/implementing-slash-commands#ssl
    """
    payload = {"ssl_check": "1", "token": world.store.app.verification_token}
    if data.get("is_get"):
        return {"status": await world.postman.probe(payload)}
    return _facts(await world.postman.ask(Parcel("slash_commands", payload)))


async def limit_app(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /app_rate_limited`: more than 30,000 events an hour. docs.slack.dev/apis/events-api#rate_limiting"""
    payload = {
        "token": world.store.app.verification_token,
        "type": "app_rate_limited",
        "team_id": world.store.team.id,
        "minute_rate_limited": int(world.store.clock.now()) // 60 * 60,
        "api_app_id": world.store.app.id,
    }
    return _facts(await world.postman.ask(Parcel("events_api", payload)))


def _facts(attempt: Attempt) -> dict[str, Any]:
    return {"status": attempt.status, "failure": attempt.failure, "response": attempt.answer()}
