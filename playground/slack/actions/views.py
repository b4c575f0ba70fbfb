"""Modals and App Homes: opened with a trigger, stacked three deep, updated under a hash.

docs.slack.dev/surfaces/modals · docs.slack.dev/reference/methods/views.open
"""

from __future__ import annotations

from typing import Any

from playground.slack.actions.drafts import dress, dress_value
from playground.slack.failures import ApiFailure, bad_blocks
from playground.slack.kit.judge import is_view_too_large, judge_view
from playground.slack.records import Trigger, User, View
from playground.slack.world import World

MOST_STACKED = 3


def read_view(world: World, body: Any, where: str, *kinds: str) -> dict[str, Any]:
    """A judged view, completed; raises `invalid_arguments` and `view_too_large`."""
    if is_view_too_large(body):
        raise ApiFailure("view_too_large")
    complaints = judge_view(body, *kinds)
    if complaints:
        world.blame(where, complaints)
        raise bad_blocks("invalid_arguments", complaints)
    dressed = {name: dress_value(world, value) for name, value in body.items() if name != "blocks"}
    return dressed | {"blocks": dress(world, body["blocks"])}


def make_trigger(world: World, user: User, view_id: str | None = None) -> Trigger:
    """A new `trigger_id`, in Slack's three parts."""
    store = world.store
    trigger = Trigger(
        f"{store.number()}.{store.number()}.{store.secret(32).lower()}",
        user,
        store.clock.now(),
        view_id=view_id,
    )
    store.triggers[trigger.id] = trigger
    return trigger


def exchange(world: World, trigger_id: str) -> Trigger:
    """Use a trigger up; raises `invalid_trigger_id`, `expired_trigger_id` and `exchanged_trigger_id`."""
    trigger = world.store.triggers.get(trigger_id)
    if trigger is None:
        raise ApiFailure("invalid_trigger_id")
    if trigger.is_exchanged:
        raise ApiFailure("exchanged_trigger_id")
    if world.store.clock.now() - trigger.made_at > world.postman.behavior.trigger_seconds:
        raise ApiFailure("expired_trigger_id")
    trigger.is_exchanged = True
    return trigger


def open_modal(world: World, trigger: Trigger, body: dict[str, Any]) -> View:
    """A stack of one."""
    _unique(world, body)
    view = _new(world, trigger.user, body)
    world.store.modals[trigger.user.id] = [view]
    return view


def push_modal(world: World, user: User, body: dict[str, Any]) -> View:
    """One more on the stack; raises `push_limit_reached` and `not_found`."""
    stack = world.store.modals.get(user.id, [])
    if not stack:
        raise ApiFailure("not_found")
    if len(stack) >= MOST_STACKED:
        raise ApiFailure("push_limit_reached")
    _unique(world, body)
    view = _new(world, user, body)
    view.root_id, view.previous_id = stack[0].id, stack[-1].id
    stack.append(view)
    return view


def change(world: World, view: View, body: dict[str, Any], expected_hash: str = "") -> View:
    """Replace what a view shows; raises `hash_conflict`. What was typed into blocks that stay is kept."""
    if expected_hash and expected_hash != view.hash:
        raise ApiFailure("hash_conflict")
    _unique(world, body, besides=view)
    view.body, view.hash, view.errors = body, _hash(world), {}
    kept = {block["block_id"] for block in body["blocks"]}
    view.values = {block: values for block, values in view.values.items() if block in kept}
    return view


def publish_home(world: World, user: User, body: dict[str, Any], expected_hash: str = "") -> View:
    """The person's App Home. docs.slack.dev/reference/methods/views.publish"""
    home = world.store.homes.get(user.id)
    if home:
        return change(world, home, body, expected_hash)
    home = world.store.homes[user.id] = _new(world, user, body)
    return home


def find_view(world: World, view_id: str, external_id: str) -> View:
    """By id or by the app's own id; raises `not_found`."""
    every = [view for stack in world.store.modals.values() for view in stack]
    named = (view for view in every if external_id and view.body.get("external_id") == external_id)
    found = world.store.find_view(view_id) if view_id else next(named, None)
    if found is None:
        raise ApiFailure("not_found")
    return found


def _new(world: World, user: User, body: dict[str, Any]) -> View:
    view_id = world.store.next_id("V")
    return View(view_id, user, body, _hash(world), view_id)


def _hash(world: World) -> str:
    return f"{int(world.store.clock.now())}.{world.store.secret(8)}"


def _unique(world: World, body: dict[str, Any], besides: View | None = None) -> None:
    name = body.get("external_id")
    every = [view for stack in world.store.modals.values() for view in stack if view is not besides]
    if name and any(view.body.get("external_id") == name for view in every):
        raise ApiFailure("duplicate_external_id")
