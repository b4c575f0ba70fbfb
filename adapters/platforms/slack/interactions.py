"""From clicks, choices, shortcuts, dialogs and slash commands to messages. Pure: no look-ups, no clock.

A button's value is the whole command it stands for; a choice in a menu of a page completes one. A message on which
somebody used a shortcut is somebody's words, perhaps another's: it is told as the description, never as what the
clicking person says.
https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from adapters.platforms.slack import bodies, facts, pickers
from adapters.platforms.slack.entities import ENTITY, Reader
from adapters.platforms.slack.facts import Own
from adapters.platforms.slack.payload import Element, Interaction, Named, Saying
from bot.chat import DIALOG
from bot.errors import PayloadError
from bot.platform import Ignored
from models.delivery import Delivery, Disposition
from models.message import Actor, IncomingMessage, MessageKind, Thread, ThreadKind

NOTHING_DONE = "{event}: nothing was clicked or chosen"
NOT_OURS = "{event}: no dialog of ours"
OFFER = "a choice being typed; it is answered at once and never kept"

Reading = IncomingMessage | Ignored


def read(delivery: Delivery, own: Own) -> Reading:
    """The message in a delivery of one of `READERS`. Raises PayloadError."""
    return READERS[delivery.event](delivery, own)


def mentioned(text: str) -> list[str]:
    """The ids of those whom a text mentions, in order."""
    return [found["target"] for found in ENTITY.finditer(text) if found["kind"] == "@"]


def _slash(delivery: Delivery, own: Own) -> Reading:
    form = bodies.form_of(delivery.request)
    user = facts.need(delivery.event, "user_id", form.get("user_id"))
    channel = facts.need(delivery.event, "channel_id", form.get("channel_id"))
    workspace = form.get("team_id") or form.get("enterprise_id") or ""
    place = facts.Place(delivery.integration, workspace, channel, name=form.get("channel_name", ""))
    thread = place.thread("")
    # The command's name is the workspace's choice (another app may have taken ours): every one of them is for us.
    said = Reader(own.name, frozenset({own.user_id} - {""}), is_direct=True).read(form.get("text", ""))
    return IncomingMessage(
        source=thread.source,
        kind=MessageKind.SLASH,
        event=delivery.event,
        message=f"/{own.name} {said}".rstrip(),
        actor=Actor(id=user, login=form.get("user_name") or user),
        thread=thread,
        comment_id=form.get("trigger_id") or delivery.key,
        is_direct=thread.kind is ThreadKind.DIRECT,
        answer_url=facts.answer_url(form.get("response_url"), own),
        trigger_id=form.get("trigger_id", ""),
    )


def _clicked(delivery: Delivery, own: Own) -> Reading:
    body = _body(delivery)
    if not body.actions or not _has_user(body):
        return Ignored(
            disposition=Disposition.IGNORED_EVENT, detail=NOTHING_DONE.format(event=delivery.event)
        )
    action = body.actions[0]
    state = pickers.state_of(body.state or (body.view.state if body.view else None))
    chosen = _chosen(action)
    fields = state | {action.action_id or "": chosen} | pickers.fields_of(action, chosen, state)
    is_command = action.type == "button" and not pickers.is_ours(action.block_id)
    text = chosen if is_command else pickers.command_of(action, chosen)
    return _done(delivery, own, body, text, fields=fields, comment_id=_once(delivery, body, action))


def _shortcut(delivery: Delivery, own: Own) -> Reading:
    body = _body(delivery)
    return _done(delivery, own, body, "", fields={"callback": body.callback_id or ""})


def _message_action(delivery: Delivery, own: Own) -> Reading:
    body = _body(delivery)
    said = body.message or Saying()
    return _done(
        delivery,
        own,
        body,
        "",
        fields={"callback": body.callback_id or "", "author": said.user or said.bot_id or ""},
        description=facts.text_of(Reader(own.name, frozenset({own.user_id} - {""})), said),
        files=facts.files_of(said.files),
    )


def _submitted(delivery: Delivery, own: Own) -> Reading:
    return _dialog(delivery, own, MessageKind.FORM)


def _closed(delivery: Delivery, own: Own) -> Reading:
    return _dialog(delivery, own, MessageKind.EVENT)


def _dialog(delivery: Delivery, own: Own, kind: MessageKind) -> Reading:
    body = _body(delivery)
    view = body.view
    known = pickers.dialog_of(view)
    if view is None or known is None or not _has_user(body):
        return Ignored(disposition=Disposition.IGNORED_EVENT, detail=NOT_OURS.format(event=delivery.event))
    fields = pickers.state_of(view.state) | {"callback": view.callback_id or "", DIALOG: known.id}
    made = _done(delivery, own, body, "", fields=fields, kind=kind)
    # The dialog was opened from a thread, and its answer belongs there.
    return made.model_copy(update={"thread": known.thread} if known.thread else {})


def _offered(delivery: Delivery, own: Own) -> Reading:
    return Ignored(disposition=Disposition.IGNORED_HANDSHAKE, detail=OFFER)


READERS: Mapping[str, Callable[[Delivery, Own], Reading]] = {
    "block_actions": _clicked,
    "block_suggestion": _offered,
    "message_action": _message_action,
    "shortcut": _shortcut,
    "slash_command": _slash,
    "view_closed": _closed,
    "view_submission": _submitted,
}


def _done(delivery: Delivery, own: Own, body: Interaction, text: str, **more: Any) -> IncomingMessage:
    """What somebody did, in the place where they did it."""
    user = body.user or Named()
    actor_id = facts.need(delivery.event, "user", user.id)
    thread = _thread(delivery, body, actor_id)
    kind = more.pop("kind", MessageKind.ACTION)
    return IncomingMessage(
        source=thread.source,
        kind=kind,
        event=f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event,
        message=text,
        actor=Actor(id=actor_id, login=user.username or user.name or actor_id),
        thread=thread,
        comment_id=more.pop("comment_id", None) or body.trigger_id or delivery.key,
        is_created=kind is not MessageKind.EVENT,
        is_direct=thread.kind is ThreadKind.DIRECT,
        is_stranger=_is_stranger(own, body),
        answer_url=facts.answer_url(body.response_url, own),
        trigger_id=body.trigger_id or "",
        subject_id=_subject(body),
        occurred_at=facts.moment_of(body.action_ts),
        **more,
    )


def _thread(delivery: Delivery, body: Interaction, actor_id: str) -> Thread:
    """The thread of the message; on a page or in a dialog there is none, so it is the conversation with the person."""
    container, said, channel = body.container, body.message, body.channel or Named()
    id_ = channel.id or (container.channel_id if container else None) or actor_id
    root = (container.thread_ts if container else None) or (said.thread_ts if said else None)
    if not root and not (container and container.is_ephemeral):
        # What only one person sees begins no thread.
        root = _subject(body)
    name = channel.name or ""
    return facts.Place(delivery.integration, pickers.home_of(body), id_, name=name).thread(root or "")


def _is_stranger(own: Own, body: Interaction) -> bool:
    theirs = body.user.team_id if body.user else None
    team, enterprise = body.team or Named(), body.enterprise or Named()
    same = {pickers.home_of(body)} | own.homes
    is_elsewhere = bool(theirs) and theirs not in same
    # Within one organization people of all its workspaces are at home.
    is_same_organization = bool({team.enterprise_id, enterprise.id} & (own.homes - {own.team_id}))
    return is_elsewhere and not is_same_organization


def _subject(body: Interaction) -> str:
    said, container = body.message, body.container
    told = (
        said.ts if said else None,
        container.message_ts if container else None,
        body.message_ts,
    )
    return next((each for each in told if each), "")


def _chosen(action: Element) -> str:
    """What the clicked element stands for."""
    option = action.selected_option
    options = ",".join(each.value or "" for each in action.selected_options or ())
    return (option.value if option else None) or action.value or options


def _once(delivery: Delivery, body: Interaction, action: Element) -> str:
    """What tells this click from every other."""
    if body.trigger_id:
        return body.trigger_id
    told = json.dumps([_subject(body), action.block_id, action.action_id, action.action_ts])
    return hashlib.sha256(told.encode()).hexdigest()[:32] if action.action_ts else delivery.key


def _has_user(body: Interaction) -> bool:
    return body.user is not None and bool(body.user.id)


def _body(delivery: Delivery) -> Interaction:
    body = bodies.json_of(delivery.request)
    if body is None:
        raise PayloadError(facts.INCOMPLETE.format(event=delivery.event, what="payload"))
    return bodies.read_interaction(body)
