"""Is it Slack's, and what must it be answered at once? Pure, and quick: it runs before anything is kept.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping

from adapters.platforms.slack import bodies
from adapters.platforms.slack.payload import Head
from adapters.signatures import check_moment, check_v0
from bot.platform import Answer, Envelope
from models.delivery import WebhookRequest

SIGNATURE = "x-slack-signature"
TIMESTAMP = "x-slack-request-timestamp"
RETRY = "x-slack-retry-num"
# "If the request timestamp is more than five minutes from local time, it could be a replay attack, so let's ignore it."
MOST_SECONDS_AWAY = 300.0
KEY = re.compile(r"[\x21-\x7e]{1,200}")
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
CALLBACK = "event_callback"
SLASH_COMMAND = "slash_command"
SSL_CHECK = "ssl_check"
VERIFICATION = "url_verification"
SUBMISSION = "view_submission"
UNNAMED = "unknown"

# Whatever stands in the answer of a command or a click is shown to people: an accepted one is answered with nothing.
# https://docs.slack.dev/interactivity/implementing-slash-commands#responding_basic_receipt
KEPT = Answer(status=200)
# "clear" closes all views of the dialog. https://docs.slack.dev/surfaces/modals#close_all_views
CLOSED = Answer(status=200, body=b'{"response_action":"clear"}', content_type="application/json")


def verify(secret: bytes, request: WebhookRequest) -> None:
    """Raise SignatureError unless Slack signed it with the app's secret within the last five minutes."""
    timestamp = request.header(TIMESTAMP)
    # The signature first: a stranger learns nothing of our clock.
    check_v0(secret, request.body, request.header(SIGNATURE), timestamp)
    check_moment(timestamp, time.time(), MOST_SECONDS_AWAY)


def envelope(request: WebhookRequest) -> Envelope:
    """Raise UnsupportedMedia or PayloadError unless it is a body of Slack's; all of it that is read later is checked.

    A retry (`X-Slack-Retry-Num`) has the key of its first attempt, which may never have reached us.
    """
    body = bodies.json_of(request)
    if body is None:
        return _of_form(request)
    head = bodies.read_head(body)
    if head.type == CALLBACK:
        return _of_event(request, body, head)
    kind = head.type or ""
    action = head.callback_id or ""
    if kind in bodies.READ_INTERACTIONS:
        found = bodies.read_interaction(body)
        action = (found.view.callback_id if found.view else None) or found.callback_id or ""
    return Envelope(key=_key(request, head.trigger_id), event=_name(kind) or UNNAMED, action=_name(action))


def immediate(request: WebhookRequest, envelope: Envelope) -> Answer | None:
    """Slack's own test calls: the challenge by which an address is taken, and the check of its certificate.

    https://docs.slack.dev/reference/events/url_verification
    https://docs.slack.dev/interactivity/implementing-slash-commands#ssl_check (`ssl_check=1`)
    """
    if envelope.event == SSL_CHECK:
        return KEPT
    if envelope.event != VERIFICATION:
        return None
    challenge = bodies.read_head(request.body).challenge or ""
    # As JSON: text that somebody else chose must not be taken for a page.
    return Answer(body=json.dumps({"challenge": challenge}).encode(), content_type="application/json")


def probe(query: Mapping[str, str]) -> Answer | None:
    """The check of the certificate as it was before it came as a form: a GET, without a signature and without effect.

    https://docs.slack.dev/interactivity/implementing-slash-commands#ssl_check
    """
    return KEPT if query.get(SSL_CHECK) == "1" else None


def handshake(envelope: Envelope) -> Answer:
    """What is answered once it is kept. Never None: the inbox's own words would be shown to people."""
    return CLOSED if envelope.event == SUBMISSION else KEPT


def _of_event(request: WebhookRequest, body: bytes, head: Head) -> Envelope:
    event = head.event
    kind = (event.type if event else None) or ""
    action = (event.subtype if event else None) or ""
    if kind in bodies.READ_EVENTS:
        found = bodies.read_event(body).event
        action = action or found.channel_type or found.tab or ""
    return Envelope(key=_key(request, head.event_id), event=_name(kind) or UNNAMED, action=_name(action))


def _of_form(request: WebhookRequest) -> Envelope:
    form = bodies.form_of(request)
    kind = SLASH_COMMAND if bodies.SLASH in form else SSL_CHECK
    return Envelope(
        key=_key(request, form.get("trigger_id")),
        event=kind,
        action=_name(form.get(bodies.SLASH, "").strip("/")),
    )


def _key(request: WebhookRequest, given: str | None) -> str:
    """Slack's id of it; what has none is known by its bytes."""
    if given and KEY.fullmatch(given):
        return given
    return hashlib.sha256(request.body).hexdigest()


def _name(given: str) -> str:
    return given if NAME.fullmatch(given) else ""
