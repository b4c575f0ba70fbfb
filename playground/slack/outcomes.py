"""What a person sees of the app's answer to what they did.

docs.slack.dev/surfaces/modals#updating_response
docs.slack.dev/interactivity/implementing-slash-commands#troubleshooting
"""

from __future__ import annotations

from typing import Any

from playground.slack.actions import answers, views
from playground.slack.failures import ApiFailure
from playground.slack.kit.judge import judge_suggestions
from playground.slack.parcels import Attempt
from playground.slack.records import Channel, User, View
from playground.slack.world import World

TIMEOUTS = ("http_timeout", "timeout")
COMMAND_FAILED = '{command} failed with the error "{error}"'
BUTTON_FAILED = 'This app didn\'t respond: "{error}"'
MODAL_FAILED = "We had some trouble connecting. Try again?"
NO_RESULTS = "No results"
UNKNOWN_ANSWER = "an answer to a submission is empty or has a response_action: errors, update, push or clear"
UNKNOWN_BLOCK = "errors name the block {block}, which the view does not have"


def problem(attempt: Attempt) -> str | None:
    """Slack's word for an answer that did not come, or None."""
    if attempt.is_taken:
        return None
    if attempt.failure in TIMEOUTS:
        return "operation_timeout"
    return "http_service_error" if attempt.failure == "http_error" else "dispatch_failed"


def after_command(world: World, user: User, channel: Channel, command: str, attempt: Attempt) -> str | None:
    """The body of the response is a message; ephemeral unless it says otherwise."""
    error = problem(attempt)
    body = attempt.answer() if error is None else {}
    if body:
        try:
            answers.say(world, channel, user, body, answers.read_answer(world, body, "command response"))
        except ApiFailure as failure:
            error = failure.body["error"]
    return COMMAND_FAILED.format(command=command, error=error) if error else None


def after_click(attempt: Attempt) -> str | None:
    """Only whether the app took it: an answer's body means nothing here."""
    error = problem(attempt)
    return BUTTON_FAILED.format(error=error) if error else None


def after_typing(world: World, attempt: Attempt) -> tuple[dict[str, Any], str | None]:
    """The options on offer, or what is seen instead of them."""
    if problem(attempt):
        return {}, NO_RESULTS
    body = attempt.answer()
    complaints = judge_suggestions(body)
    if complaints:
        world.blame("block_suggestion response", complaints)
        return {}, NO_RESULTS
    return body, None


def after_submission(world: World, view: View, attempt: Attempt) -> str | None:
    """Apply the response action; an empty answer closes the view."""
    body = attempt.answer() if problem(attempt) is None else None
    if body is None:
        return MODAL_FAILED
    stack = world.store.modals.get(view.user.id, [])
    try:
        _apply(world, view, stack, body)
    except ApiFailure:
        return MODAL_FAILED
    return None


def _apply(world: World, view: View, stack: list[View], body: dict[str, Any]) -> None:
    action = body.get("response_action")
    if not body and view in stack:
        stack.remove(view)
    elif action == "clear":
        stack.clear()
    elif action == "errors":
        _show_errors(world, view, body.get("errors"))
    elif action in ("update", "push"):
        fresh = views.read_view(world, body.get("view"), "view_submission response", "modal")
        if action == "push":
            views.push_modal(world, view.user, fresh)
        else:
            views.change(world, view, fresh)
    elif body:
        _refuse(world, UNKNOWN_ANSWER)


def _show_errors(world: World, view: View, errors: Any) -> None:
    known = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    given = errors if isinstance(errors, dict) else {}
    strangers = sorted(set(given) - known)
    if not given:
        _refuse(world, UNKNOWN_ANSWER)
    if strangers:
        _refuse(world, UNKNOWN_BLOCK.format(block=", ".join(strangers)))
    view.errors = {str(block): str(text) for block, text in given.items()}


def _refuse(world: World, message: str) -> None:
    world.blame("view_submission response", [message])
    raise ApiFailure("invalid_arguments")
