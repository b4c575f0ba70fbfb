"""What is said over a socket of Slack's, read; deliveries in it as the requests they would be over HTTP. Pure.

https://docs.slack.dev/apis/events-api/using-socket-mode#events ("hello", "disconnect", and envelopes)
"""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec

from adapters.platforms.slack.bodies import FORM, JSON, PAYLOAD
from adapters.platforms.slack.webhook import RETRY
from bot.errors import PayloadError
from bot.platform import Answer
from models.delivery import WebhookRequest

HELLO = "hello"
DISCONNECT = "disconnect"
SLASH_COMMANDS = "slash_commands"
INTERACTIVE = "interactive"
UNREADABLE = "reading what Slack says over a socket: {why}"


class Said(msgspec.Struct):
    """One message of Slack's. With an `envelope_id` it is a delivery, and its `payload` is kept as it came."""

    type: str = ""
    envelope_id: str = ""
    payload: msgspec.Raw = msgspec.Raw(b"")
    accepts_response_payload: bool | None = False
    retry_attempt: int | None = 0
    reason: str | None = ""


_messages = msgspec.json.Decoder(Said)
_fields = msgspec.json.Decoder(dict[str, str | int | float | bool | None])


def read(text: str) -> Said:
    """One message. Raises PayloadError."""
    try:
        return _messages.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise PayloadError(UNREADABLE.format(why=type(error).__name__)) from None


def request_of(said: Said) -> WebhookRequest:
    """The delivery as Slack sends it over HTTP: events as JSON, commands as a form, the rest in a form's one field.

    Raises PayloadError.
    """
    headers = {"content-type": FORM if said.type in {SLASH_COMMANDS, INTERACTIVE} else JSON}
    if said.retry_attempt:
        headers[RETRY] = str(said.retry_attempt)
    return WebhookRequest(headers=headers, body=_body(said))


def acknowledgment(said: Said, answer: Answer) -> str:
    """What is said when the delivery is on disk; with what was answered, where that is heard.

    https://docs.slack.dev/apis/events-api/using-socket-mode#acknowledge
    """
    told: dict[str, object] = {"envelope_id": said.envelope_id}
    if said.accepts_response_payload and answer.body and answer.content_type == JSON:
        told["payload"] = msgspec.Raw(answer.body)
    return msgspec.json.encode(told).decode()


def _body(said: Said) -> bytes:
    payload = bytes(said.payload)
    try:
        if said.type == SLASH_COMMANDS:
            given = _fields.decode(payload)
            return urlencode(
                {name: _text(value) for name, value in given.items() if value is not None}
            ).encode()
        if said.type == INTERACTIVE:
            return urlencode({PAYLOAD: payload.decode()}).encode()
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise PayloadError(UNREADABLE.format(why=type(error).__name__)) from None
    return payload


def _text(value: str | float | bool) -> str:
    """Over HTTP `is_enterprise_install` is a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
