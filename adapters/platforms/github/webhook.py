"""Is it GitHub's, and is it a delivery? Pure, and quick: it runs before anything is kept.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import re

from adapters.platforms.github.payload import read_head
from adapters.signatures import check_sha256
from bot.errors import PayloadError, UnsupportedMedia
from bot.platform import Answer, Envelope
from models.delivery import WebhookRequest

SIGNATURE = "x-hub-signature-256"  # x-hub-signature is SHA-1: never looked at
SCHEME = "sha256="
DELIVERY = re.compile(r"[\x21-\x7e]{1,100}")
EVENT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

NO_DELIVERY = "reading the headers: X-GitHub-Delivery is missing or no delivery id"
NO_EVENT = "reading the headers: X-GitHub-Event is missing or no event's name"
NOT_JSON = "reading the body: the content type is {given!r}; it must be application/json"
IS_FORM = "reading the body: the webhook sends a form; choose content type application/json in its settings on GitHub"
PONG = Answer(status=200, body=b"pong\n")


def verify(secret: bytes, request: WebhookRequest) -> None:
    """Raise SignatureError unless the body was signed with the webhook's secret."""
    check_sha256(secret, request.body, request.header(SIGNATURE), SCHEME)


def envelope(request: WebhookRequest) -> Envelope:
    """Raise UnsupportedMedia or PayloadError unless headers and body are those of a delivery."""
    if (content_type := request.header("content-type")) != JSON:
        _check_content_type(content_type)
    key, event = request.header("x-github-delivery"), request.header("x-github-event")
    if not DELIVERY.fullmatch(key):
        raise PayloadError(NO_DELIVERY)
    if not EVENT.fullmatch(event):
        raise PayloadError(NO_EVENT)
    return Envelope(key=key, event=event, action=read_head(event, request.body).action or "")


def handshake(envelope: Envelope) -> Answer | None:
    """GitHub's first delivery is a `ping`, and its sender looks at the answer."""
    return PONG if envelope.event == "ping" else None


def _check_content_type(given: str) -> None:
    kind = given.partition(";")[0].strip().lower()
    if kind == FORM:
        raise UnsupportedMedia(IS_FORM)
    if kind != JSON:
        raise UnsupportedMedia(NOT_JSON.format(given=kind[:60]))
