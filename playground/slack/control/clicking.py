"""What people do with the app: commands, shortcuts, buttons, menus and modals. Each says what the person saw."""

from __future__ import annotations

from typing import Any

from playground.slack import interactions, outcomes
from playground.slack.choices import Control, action_of, choose, find_control, offered_options, state_of
from playground.slack.control.asking import message, person, place
from playground.slack.entities import Typing
from playground.slack.failures import Unplayable
from playground.slack.parcels import Attempt, Parcel
from playground.slack.records import Message, User, View
from playground.slack.world import World

NO_THREADS = "{command} is not supported in threads. Sorry!"
NO_COMMAND = "{command} is not a valid command."
NO_VIEW = "{user} has no such view open"
TOO_SHORT = "type {least} characters before the app is asked"


async def run_command(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /command {user, channel, command, text?, thread_ts?, is_escaped?}`; threads refuse, as Slack's client does.

    docs.slack.dev/interactivity/implementing-slash-commands: commands cannot be used in threads
    """
    user, channel = person(world, data), place(world, data)
    command, text = str(data.get("command", "")), str(data.get("text", ""))
    if data.get("thread_ts"):
        return {"is_sent": False, "seen": NO_THREADS.format(command=command)}
    if world.is_gone:
        return {"is_sent": False, "seen": NO_COMMAND.format(command=command)}
    text = Typing(world.store).text(text) if data.get("is_escaped") else text
    payload = interactions.slash_command(world, user, channel, command, text)
    attempt = await world.postman.ask(Parcel("slash_commands", payload))
    return _told(attempt, outcomes.after_command(world, user, channel, command, attempt))


async def click(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /click {user, channel+ts | view_id | home, action_id, block_id?, value?, is_stale?, is_confirmed?}`.

    On a button, a menu or a field. `value` is what is chosen: an option's value or words, an id, a text, a list.
    `is_stale` clicks what the message showed before its last edit.
    """
    user, where = person(world, data), _where(world, data)
    control = _control(where, data)
    if control.element.get("confirm") and data.get("is_confirmed") is False:
        return {"is_sent": False, "seen": control.element["confirm"]["text"]["text"]}
    chosen = choose(control, data.get("value"), _offered(world, user, control))
    if control.element["type"] not in ("button", "overflow"):
        _states(world, user, where).setdefault(control.block_id, {})[control.element["action_id"]] = state_of(
            control, chosen
        )
    payload = interactions.block_actions(world, user, where, action_of(control, chosen))
    attempt = await interactions.ask(world, payload)
    return _told(attempt, outcomes.after_click(attempt))


async def suggest(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /suggest {user, channel+ts | view_id | home, action_id, block_id?, text}`: type ahead in a menu."""
    user, where = person(world, data), _where(world, data)
    control, typed = _control(where, data), str(data.get("text", ""))
    least = control.element.get("min_query_length", 3)
    if len(typed) < least:
        return {"is_sent": False, "seen": TOO_SHORT.format(least=least), "options": []}
    ids = (control.block_id, str(control.element["action_id"]))
    attempt = await interactions.ask(world, interactions.block_suggestion(world, user, where, ids, typed))
    body, seen = outcomes.after_typing(world, attempt)
    options = offered_options(body)
    world.store.suggested[_menu(user, control)] = options
    return _told(attempt, seen) | {"options": options, "response": body}


async def use_shortcut(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /shortcut {user, callback_id}`: a global one."""
    payload = interactions.shortcut(world, person(world, data), str(data.get("callback_id", "")))
    attempt = await interactions.ask(world, payload)
    return _told(attempt, outcomes.after_click(attempt))


async def act_on_message(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /message_action {user, channel, ts, callback_id}`: a shortcut on a message."""
    item, callback = message(world, data), str(data.get("callback_id", ""))
    attempt = await interactions.ask(
        world, interactions.message_action(world, person(world, data), item, callback)
    )
    return _told(attempt, outcomes.after_click(attempt))


def _where(world: World, data: dict[str, Any]) -> Message | View:
    if data.get("ts"):
        return message(world, data)
    user = person(world, data)
    stack = world.store.modals.get(user.id, [])
    home = world.store.homes.get(user.id)
    found = home if data.get("home") else (stack[-1] if stack else None)
    if data.get("view_id"):
        found = world.store.find_view(str(data["view_id"]))
    if found is None or found.user is not user:
        raise Unplayable(NO_VIEW.format(user=user.name), 404)
    return found


def _control(where: Message | View, data: dict[str, Any]) -> Control:
    blocks = where.body["blocks"] if isinstance(where, View) else where.blocks
    if data.get("is_stale") and isinstance(where, Message):
        blocks = where.earlier_blocks
    return find_control(blocks, str(data.get("action_id", "")), data.get("block_id"), data.get("value"))


def _states(world: World, user: User, where: Message | View) -> dict[str, dict[str, Any]]:
    if isinstance(where, View):
        return where.values
    return world.store.states.setdefault(f"{user.id}:{where.ts}", {})


def _offered(world: World, user: User, control: Control) -> list[dict[str, Any]]:
    return world.store.suggested.get(_menu(user, control), [])


def _menu(user: User, control: Control) -> str:
    return f"{user.id}:{control.block_id}:{control.element['action_id']}"


def _told(attempt: Attempt, seen: str | None) -> dict[str, Any]:
    """What a test wants to know: what the person saw, and how the app answered how fast."""
    facts = {"status": attempt.status, "failure": attempt.failure, "seconds": attempt.seconds}
    return {"is_sent": True, "seen": seen, **facts, "response": attempt.answer(), "payload": attempt.payload}
