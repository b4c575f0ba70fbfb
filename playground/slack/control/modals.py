"""Submitting and closing modals, with the checks that Slack's client makes before it asks the app."""

from __future__ import annotations

from typing import Any

from playground.slack import interactions, outcomes
from playground.slack.choices import Control, choose, controls, find_control, initial_state, state_of
from playground.slack.control.asking import person
from playground.slack.control.clicking import NO_VIEW
from playground.slack.failures import Unplayable
from playground.slack.records import User, View
from playground.slack.world import World

REQUIRED = "Please complete this required field."
TOO_FEW = "Please enter at least {least} characters."


async def submit(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /submit {user, values?: {action_id or block_id: value}}`: fill in the top modal and submit it."""
    view = _top(world, person(world, data))
    for name, value in (data.get("values") or {}).items():
        _fill(world, view, str(name), value)
    for control in controls(view.body["blocks"]):
        view.values.setdefault(control.block_id, {}).setdefault(
            control.element["action_id"], initial_state(control)
        )
    wrong = _complaints(view)
    if wrong:
        return {"is_sent": False, "seen": next(iter(wrong.values())), "errors": wrong}
    view.errors = {}
    attempt = await interactions.ask(world, interactions.view_submission(world, view))
    seen = outcomes.after_submission(world, view, attempt)
    facts = {"status": attempt.status, "failure": attempt.failure, "seconds": attempt.seconds}
    return {"is_sent": True, "seen": seen, "errors": view.errors, **facts, "response": attempt.answer()}


async def close(world: World, data: dict[str, Any]) -> dict[str, Any]:
    """`POST /close {user, is_all?}`: the cancel button of the top modal, or the cross that closes the whole stack."""
    user = person(world, data)
    stack = [*world.store.modals.get(user.id, [])]
    top = _top(world, user)
    is_all = bool(data.get("is_all") or top.body.get("clear_on_close"))
    gone = stack if is_all else [top]
    world.store.modals[user.id] = [view for view in stack if view not in gone]
    for view in reversed(gone):
        if view.body.get("notify_on_close"):
            await interactions.ask(world, interactions.view_closed(world, view, is_cleared=is_all))
    return {"closed": len(gone)}


def _top(world: World, user: User) -> View:
    stack = world.store.modals.get(user.id, [])
    if not stack:
        raise Unplayable(NO_VIEW.format(user=user.name), 404)
    return stack[-1]


def _fill(world: World, view: View, name: str, value: Any) -> None:
    """By action id, or by the block id of the field."""
    blocks = view.body["blocks"]
    named = [one for one in controls(blocks) if name == one.block_id]
    control = named[0] if named else find_control(blocks, name, None)
    key = f"{view.user.id}:{control.block_id}:{control.element['action_id']}"
    chosen = choose(control, value, world.store.suggested.get(key, []))
    view.values.setdefault(control.block_id, {})[control.element["action_id"]] = state_of(control, chosen)


def _complaints(view: View) -> dict[str, str]:
    inputs = {block["block_id"]: block for block in view.body["blocks"] if block["type"] == "input"}
    found = {}
    for control in controls(list(inputs.values())):
        wrong = _complaint(view, control, is_optional=bool(inputs[control.block_id].get("optional")))
        if wrong:
            found[control.block_id] = wrong
    return found


def _complaint(view: View, control: Control, *, is_optional: bool) -> str | None:
    value = view.values[control.block_id][control.element["action_id"]].get(control.field)
    if not value:
        return None if is_optional else REQUIRED
    least = control.element.get("min_length", 0)
    return TOO_FEW.format(least=least) if isinstance(value, str) and len(value) < least else None
