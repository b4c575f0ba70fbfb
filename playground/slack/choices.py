"""Finds the buttons, menus and fields in blocks, and turns what a person chose into Slack's action and state.

docs.slack.dev/reference/interaction-payloads/block_actions-payload · docs.slack.dev/reference/views#state
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from playground.slack.failures import Unplayable

ONE = "selected_option"
MANY = "selected_options"
# Which field of the action holds what was chosen
FIELDS = {
    "static_select": ONE,
    "external_select": ONE,
    "radio_buttons": ONE,
    "overflow": ONE,
    "multi_static_select": MANY,
    "multi_external_select": MANY,
    "checkboxes": MANY,
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
INITIAL = {ONE: "initial_option", MANY: "initial_options", "value": "initial_value"}
NOT_THERE = "there is no {action} to act on"
NO_OPTION = "the menu {action} has no option {value!r}"


class Control(NamedTuple):
    """Something to act on, in its block."""

    block_id: str
    element: dict[str, Any]

    @property
    def field(self) -> str:
        """Where the chosen value goes."""
        return FIELDS.get(self.element["type"], "value")


def controls(blocks: list[dict[str, Any]]) -> Iterator[Control]:
    """Everything interactive, in reading order."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
        for element in inside:
            if isinstance(element, dict) and element.get("action_id"):
                yield Control(block["block_id"], element)


def find_control(
    blocks: list[dict[str, Any]], action_id: str, block_id: str | None, value: Any = None
) -> Control:
    """The one with the action id; where several have it, the block id or the button's value decides."""
    found = [one for one in controls(blocks) if one.element["action_id"] == action_id]
    found = [one for one in found if block_id in (None, one.block_id)]
    exact = [one for one in found if one.element["type"] == "button" and one.element.get("value") == value]
    if not found:
        raise Unplayable(NOT_THERE.format(action=action_id), 404)
    return (exact or found)[0]


def choose(control: Control, value: Any, offered: list[dict[str, Any]]) -> Any:
    """What a chosen value is on the wire: an option for menus, itself for fields; None stays None."""
    if value is None or control.field not in (ONE, MANY):
        return value
    options = [*_options(control.element), *offered]
    if control.field == MANY:
        return [_pick(control, options, one) for one in value]
    return _pick(control, options, value)


def _pick(control: Control, options: list[dict[str, Any]], value: str) -> dict[str, Any]:
    """By value, or by the words people see."""
    for option in options:
        if value in (option["value"], option["text"]["text"]):
            return option
    raise Unplayable(NO_OPTION.format(action=control.element["action_id"], value=value))


def _options(element: dict[str, Any]) -> list[dict[str, Any]]:
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def offered_options(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The options in the answer to a type-ahead, groups opened."""
    return _options(body)


def action_of(control: Control, chosen: Any) -> dict[str, Any]:
    """The entry in `actions`."""
    element = control.element
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": control.block_id}
    if element["type"] == "button":
        return action | {key: element[key] for key in ("text", "value", "style") if key in element}
    more = {"placeholder": element["placeholder"]} if "placeholder" in element else {}
    return action | {control.field: chosen} | more


def state_of(control: Control, chosen: Any) -> dict[str, Any]:
    """The entry in `state.values`."""
    return {"type": control.element["type"], control.field: chosen}


def initial_state(control: Control) -> dict[str, Any]:
    """What a field holds before anybody touched it."""
    return state_of(control, control.element.get(INITIAL.get(control.field, "initial_" + control.field[9:])))
