"""From Slack's events to messages. Pure: no look-ups, no clock.

Two events tell of one mention (`app_mention`, and `message` where the channel is subscribed): their messages carry the
same comment id, so one job comes of them. Who speaks is the author, known by id; only the author can edit a message.
https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.platforms.slack import bodies, facts, interactions
from adapters.platforms.slack.entities import Reader
from adapters.platforms.slack.facts import Own
from adapters.platforms.slack.payload import Event, EventBody, Saying
from bot import following
from bot.platform import Ignored
from models.delivery import Delivery, Disposition
from models.message import Actor, IncomingMessage, MessageKind, ThreadKind

UNUSED = "nothing to do on {event}"
TEST_CALL = "Slack's own test call"
OWN = "the app's own words"
NO_AUTHOR = "nobody is named as its author"
OTHER_EDITOR = "somebody else than its author edited it"
SERVICE = "a notice of Slack's, not a message ({subtype})"
NOTICES = {
    "app_uninstalled": "the app was uninstalled from the workspace; install it again to go on",
    "tokens_revoked": "tokens of the app were revoked; install it again to go on",
    "app_rate_limited": "Slack holds events back: more than 30,000 came within an hour",
}
SAID_SUBTYPES = frozenset({"", "file_share", "thread_broadcast", "bot_message", "me_message"})
TOMBSTONE = "tombstone"

Reading = IncomingMessage | Ignored


def normalize(delivery: Delivery, own: Own) -> Reading:
    """The message in a delivery, or why there is none. Raises PayloadError for a shape nobody has seen."""
    event = delivery.event
    if event in NOTICES:
        return Ignored(disposition=Disposition.IGNORED_EVENT, detail=NOTICES[event])
    if event in {"url_verification", "ssl_check"}:
        return Ignored(disposition=Disposition.IGNORED_HANDSHAKE, detail=TEST_CALL)
    if event in interactions.READERS:
        return interactions.read(delivery, own)
    body = bodies.json_of(delivery.request)
    if body is None or event not in READERS:
        return _unused(event)
    return READERS[event](bodies.read_event(body), delivery, own)


def _mention(body: EventBody, delivery: Delivery, own: Own) -> Reading:
    said = body.event
    if not said.ts or not said.channel:
        return _unused("app_mention without a message")
    if said.edited is not None:
        # Whether the edit added the mention is told by the other event alone (`message_changed`).
        return _said(body, delivery, own, said, is_created=False)
    return _said(body, delivery, own, said)


def _message(body: EventBody, delivery: Delivery, own: Own) -> Reading:
    event = body.event
    change = CHANGES.get(event.subtype or "")
    if change is not None:
        return change(body, delivery, own)
    if (event.subtype or "") not in SAID_SUBTYPES:
        return Ignored(disposition=Disposition.IGNORED_EVENT, detail=SERVICE.format(subtype=event.subtype))
    if not event.ts or not event.channel:
        return _unused("message without a place")
    return _said(body, delivery, own, event)


def _changed(body: EventBody, delivery: Delivery, own: Own) -> Reading:
    """An edit; or a deletion that leaves a tombstone, because others had answered in its thread."""
    after, before = body.event.message, body.event.previous_message
    if after is None:
        return _unused("message_changed without a message")
    if after.subtype == TOMBSTONE:
        return _deleted(body, delivery, own)
    if after.edited is not None and after.edited.user != after.user:
        return Ignored(disposition=Disposition.IGNORED_EDITED, detail=OTHER_EDITOR)
    read = _said(body, delivery, own, after, is_created=False)
    if isinstance(read, Ignored) or before is None:
        return read
    earlier = facts.text_of(_reader(body, own, before), before)
    return read.model_copy(update={"previous_text": earlier})


def _deleted(body: EventBody, delivery: Delivery, own: Own) -> Reading:
    """Slack does not tell who deleted it: it counts as its author's doing."""
    before = body.event.previous_message
    if before is None:
        return _unused("message_deleted without a message")
    read = _said(body, delivery, own, before, is_created=False)
    return read if isinstance(read, Ignored) else read.model_copy(update={"is_deleted": True})


def _home(body: EventBody, delivery: Delivery, own: Own) -> Reading:
    """Somebody looks at the bot's page."""
    event = body.event
    user = facts.need(delivery.event, "user", event.user)
    place = facts.Place(delivery.integration, facts.home_of(body), event.channel or user, "im")
    return IncomingMessage(
        source=place.thread("").source,
        kind=MessageKind.EVENT,
        event=delivery.event,
        message="",
        actor=Actor(id=user, login=user),
        thread=place.thread(""),
        comment_id="",
        is_created=False,
        occurred_at=facts.moment_of(event.event_ts),
        fields={"tab": event.tab or ""},
    )


CHANGES: Mapping[str, Callable[[EventBody, Delivery, Own], Reading]] = {
    "message_changed": _changed,
    "message_deleted": _deleted,
}
READERS: Mapping[str, Callable[[EventBody, Delivery, Own], Reading]] = {
    "app_home_opened": _home,
    "app_mention": _mention,
    "message": _message,
}


def _said(body: EventBody, delivery: Delivery, own: Own, said: Saying, *, is_created: bool = True) -> Reading:
    """A text: new, edited or deleted."""
    actor = facts.author_of(said)
    if actor is None:
        return Ignored(disposition=Disposition.IGNORED_NO_ACTOR, detail=NO_AUTHOR)
    if _is_own(body, own, said):
        return Ignored(disposition=Disposition.IGNORED_SELF, detail=OWN)
    text, where = facts.text_of(_reader(body, own, said), said), _where(body, delivery, own, said)
    return IncomingMessage(
        kind=MessageKind.COMMENT,
        event=f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event,
        message=text,
        actor=actor,
        is_created=is_created,
        # Who only quotes, the bot itself perhaps, says nothing to it.
        is_direct=where["thread"].kind is ThreadKind.DIRECT and following.is_said(text),
        is_stranger=facts.is_stranger(own, body, said),
        files=facts.files_of(said.files),
        **where,
    )


def _where(body: EventBody, delivery: Delivery, own: Own, said: Saying) -> dict[str, Any]:
    event = body.event
    before = event.previous_message
    ts = said.ts or event.deleted_ts or (before.ts if before else None)
    channel = facts.need(delivery.event, "channel", event.channel)
    comment = facts.need(delivery.event, "ts", ts)
    place = facts.Place(
        delivery.integration,
        facts.home_of(body),
        channel,
        event.channel_type or "",
        is_external=body.is_ext_shared_channel,
    )
    thread = place.thread(said.thread_ts or comment)
    return {
        "source": thread.source,
        "thread": thread,
        "comment_id": comment,
        "url": facts.permalink(own, channel, comment, thread.root),
        "occurred_at": facts.moment_of(comment),
    }


def _is_own(body: EventBody, own: Own, said: Saying) -> bool:
    """By our user, our bot, or our app: what is sent to a `response_url` names no user."""
    app = said.app_id or (said.bot_profile.app_id if said.bot_profile else None)
    if app and app == body.api_app_id and said.bot_id:
        return True
    is_bot = bool(said.bot_id) and said.bot_id == own.bot_id
    return is_bot or (said.user or "") in facts.bot_users(own, body.authorizations)


def _reader(body: EventBody, own: Own, said: Saying) -> Reader:
    ids = facts.bot_users(own, body.authorizations)
    if not ids and body.event.type == "app_mention":
        # Nobody told yet who we are, but the event says that we are mentioned: by the first mention.
        ids = frozenset(interactions.mentioned(said.text or "")[:1])
    return Reader(own.name, ids, is_direct=_is_direct(body.event))


def _is_direct(event: Event) -> bool:
    return event.channel_type in facts.DIRECT_TYPES or (event.channel or "").startswith(facts.DIRECT_CHANNELS)


def _unused(event: str) -> Ignored:
    return Ignored(disposition=Disposition.IGNORED_EVENT, detail=UNUSED.format(event=event))
