"""Choices and dialogs as Block Kit, and what comes back of them.

A choice is a select that asks us while somebody types (`block_suggestion`); its block names the request that waits, or
the command that the choice completes.
https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select
https://docs.slack.dev/reference/block-kit/composition-objects/option-object
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from adapters.platforms.slack import blocks, bodies, facts
from adapters.platforms.slack.payload import Element, Interaction, State, View
from bot.chat import CHOICE, DISMISS, PICKER, REMEMBER, TEXT, Suggestion
from bot.platform import Answer
from models.base import Noun
from models.delivery import WebhookRequest
from models.identity import Account
from models.message import Actor, Thread
from models.picker import Choice, Dialog, Menu, Picker
from models.source import SourceType

ASKS = "bellhop:pick:"
TICKS = "bellhop:tick:"
RUNS = "bellhop:run:"  # and then the command that a choice completes
HERE = "{choice}"
SUGGESTION = "block_suggestion"
CALLBACK = "bellhop:dialog"
TICKED = "yes"
MOST_OPTIONS = 100
LONGEST_LABEL = 75
LONGEST_VALUE = 150
LONGEST_PLACEHOLDER = 150
LONGEST_BLOCK_ID = 255
LONGEST_TITLE = 24
LONGEST_INITIAL = 3000
LONGEST_QUESTION = 2000
CLOSE = "Cancel"
PLACEHOLDER = "Type to search"


class Known(Noun):
    """Of a dialog that comes back: which, and where it belongs."""

    id: str
    thread: Thread | None = None


def is_ours(block_id: str | None) -> bool:
    """Whether it is a block of a question of ours."""
    return (block_id or "").startswith((ASKS, TICKS))


def suggestion(request: WebhookRequest, integration: str) -> Suggestion | None:
    """The choice being typed; None for any other request. Raises PayloadError."""
    if SUGGESTION.encode() not in request.body:
        return None
    body = bodies.json_of(request)
    if body is None or bodies.read_head(body).type != SUGGESTION:
        return None
    found = bodies.read_interaction(body)
    user = facts.need(SUGGESTION, "user", found.user.id if found.user else None)
    name = (found.user.username or found.user.name if found.user else None) or user
    block = found.block_id or ""
    picker_id = block.removeprefix(ASKS) if block.startswith(ASKS) else ""
    owner = Account(
        platform=SourceType.SLACK.value, integration=integration, workspace=home_of(found), id=user
    )
    return Suggestion(
        picker_id=picker_id,
        actor=Actor(id=user, login=name),
        typed=found.value or "",
        owner=owner if block.startswith(RUNS) else None,
    )


def home_of(body: Interaction) -> str:
    """The workspace in which the app is installed: of a stranger in a shared channel, `team` is theirs."""
    view, said, team, user = body.view, body.message, body.team, body.user
    told = (
        view.app_installed_team_id if view else None,
        said.team if said and said.bot_id else None,
        team.id if team else None,
        user.team_id if user else None,
        body.enterprise.id if body.enterprise else None,
    )
    return next((each for each in told if each), "")


def menu(found: Menu) -> list[dict[str, Any]]:
    """A menu whose choice is a command; none when the command is too long to come back."""
    block_id = f"{RUNS}{found.command}"
    if len(block_id) > LONGEST_BLOCK_ID:
        return []
    return [{"type": "actions", "block_id": block_id, "elements": [_select(found.placeholder)]}]


def command_of(action: Element, chosen: str) -> str:
    """The command that a choice in a menu of ours completes; "" for any other click."""
    block = action.block_id or ""
    return block.removeprefix(RUNS).replace(HERE, chosen) if block.startswith(RUNS) and chosen else ""


def _select(placeholder: str) -> dict[str, Any]:
    return {
        "type": "external_select",
        "action_id": CHOICE,
        "min_query_length": 0,
        "placeholder": blocks.plain(placeholder or PLACEHOLDER, LONGEST_PLACEHOLDER),
    }


def offer(choices: Sequence[Choice]) -> Answer:
    """The choices, as many as fit. One whose value is too long could not come back, so it is not offered."""
    options = [
        {"text": blocks.plain(choice.label, LONGEST_LABEL), "value": choice.value}
        for choice in choices
        if choice.label and 0 < len(choice.value) <= LONGEST_VALUE
    ]
    body = json.dumps({"options": options[:MOST_OPTIONS]}, ensure_ascii=False)
    return Answer(body=body.encode(), content_type="application/json")


def question(picker: Picker) -> list[dict[str, Any]]:
    """The question's blocks. The tick stands above the select: choosing ends the question."""
    asked: list[dict[str, Any]] = [*blocks.sections(picker.question)]
    if picker.remember:
        option = {"text": blocks.plain(picker.remember, LONGEST_LABEL), "value": TICKED}
        tick = {"type": "checkboxes", "action_id": REMEMBER, "options": [option]}
        asked.append({"type": "actions", "block_id": f"{TICKS}{picker.id}", "elements": [tick]})
    elements = [_select(picker.placeholder)]
    if picker.dismiss:
        label = blocks.plain(picker.dismiss, blocks.LONGEST_BUTTON)
        elements.append({"type": "button", "action_id": DISMISS, "text": label, "value": TICKED})
    return [*asked, {"type": "actions", "block_id": f"{ASKS}{picker.id}", "elements": elements}]


def state_of(state: State | None) -> dict[str, str]:
    """What is filled in and chosen, by the name of the element."""
    found = {}
    for elements in (state.values if state and state.values else {}).values():
        for name, element in elements.items():
            if isinstance(element, Mapping):
                found[name] = _value(element)
    return found


def fields_of(action: Element, chosen: str, state: Mapping[str, str]) -> dict[str, str]:
    """What a click in a question of ours says; {} for any other. Ticking alone chooses nothing."""
    block = action.block_id or ""
    if block.startswith(TICKS):
        return {PICKER: block.removeprefix(TICKS), REMEMBER: chosen}
    if not block.startswith(ASKS):
        return {}
    asked = {PICKER: block.removeprefix(ASKS)}
    if action.action_id == DISMISS:
        return asked | {DISMISS: TICKED}
    return asked | {CHOICE: chosen, REMEMBER: state.get(REMEMBER, "")}


def dialog_view(dialog: Dialog) -> dict[str, Any]:
    """A modal with one text to fill in. https://docs.slack.dev/reference/views/modal-views"""
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": TEXT, "multiline": True}
    if dialog.placeholder:
        element["placeholder"] = blocks.plain(dialog.placeholder, LONGEST_PLACEHOLDER)
    if dialog.initial:
        element["initial_value"] = dialog.initial[:LONGEST_INITIAL]
    asked = {"type": "input", "block_id": TEXT, "label": blocks.plain(dialog.question, LONGEST_QUESTION)}
    known = Known(id=dialog.id, thread=dialog.thread)
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": known.model_dump_json(exclude_defaults=True),
        "title": blocks.plain(dialog.title, LONGEST_TITLE),
        "submit": blocks.plain(dialog.submit, LONGEST_TITLE),
        "close": blocks.plain(CLOSE, LONGEST_TITLE),
        "blocks": [asked | {"element": element}],
    }


def dialog_of(view: View | None) -> Known | None:
    """The dialog of ours that came back; None for any other view."""
    if view is None or view.callback_id != CALLBACK:
        return None
    try:
        return Known.model_validate_json(view.private_metadata or "")
    except ValidationError:
        return None


def _value(element: Mapping[str, Any]) -> str:
    option, options = element.get("selected_option"), element.get("selected_options")
    if isinstance(option, Mapping):
        return str(option.get("value") or "")
    if isinstance(options, list):
        return ",".join(str(each.get("value") or "") for each in options if isinstance(each, Mapping))
    found = element.get("value")
    return found if isinstance(found, str) else ""
