"""From bytes to the types of `payload`: JSON, forms with one field `payload`, forms of slash commands.

https://docs.slack.dev/apis/events-api (JSON)
https://docs.slack.dev/interactivity/handling-user-interaction#payloads ("an application/x-www-form-urlencoded
parameter named `payload`")
https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling
Text with NUL is refused, because databases refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from adapters.platforms.slack.payload import EventBody, Head, Interaction
from bot.errors import PayloadError, UnsupportedMedia
from models.delivery import WebhookRequest

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100
PAYLOAD = "payload"
SLASH = "command"
SSL_CHECK = "ssl_check"
READ_EVENTS = frozenset({"message", "app_mention", "app_home_opened"})
READ_INTERACTIONS = frozenset(
    {"block_actions", "block_suggestion", "message_action", "shortcut", "view_closed", "view_submission"}
)

NOT_OURS = "reading the body: the content type is {given!r}; Slack sends JSON and forms"
UNREADABLE = "reading the body: {why}"
NOTHING = "reading the form: it holds neither a payload nor a command"
TWICE = "reading the form: {name!r} is there more than once, or with another"

ESCAPED_NUL = re.compile(rb"\\u0000")  # a control character itself is no JSON
Form = Mapping[str, str]
T = TypeVar("T")
_heads = msgspec.json.Decoder(Head)
_events = msgspec.json.Decoder(EventBody)
_interactions = msgspec.json.Decoder(Interaction)


def json_of(request: WebhookRequest) -> bytes | None:
    """The JSON of a request; None when it is a form of fields. Raises UnsupportedMedia, PayloadError."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind == JSON:
        return request.body
    if kind != FORM:
        raise UnsupportedMedia(NOT_OURS.format(given=kind[:60]))
    form = form_of(request)
    return form[PAYLOAD].encode() if PAYLOAD in form else None


def form_of(request: WebhookRequest) -> Form:
    """The fields of a form that is a payload, a command or Slack's test call. Raises PayloadError."""
    try:
        pairs = parse_qsl(
            request.body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise PayloadError(UNREADABLE.format(why="it is no form, or not in UTF-8")) from None
    form = dict(pairs)
    names = [name for name, _ in pairs]
    kinds = [name for name in names if name in {PAYLOAD, SLASH}]
    if not kinds and SSL_CHECK not in form:
        raise PayloadError(NOTHING)
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None or len(kinds) > 1:
        raise PayloadError(TWICE.format(name=repeated or kinds[1]))
    _check_text(form)
    return form


def read_head(body: bytes) -> Head:
    """What every body has. Raises PayloadError."""
    head = _decode(_heads, body)
    if ESCAPED_NUL.search(body):
        _check_text(msgspec.to_builtins(head))
    return head


def read_event(body: bytes) -> EventBody:
    """The body of one of `READ_EVENTS`. Raises PayloadError."""
    return _checked(_decode(_events, body), body)


def read_interaction(body: bytes) -> Interaction:
    """The body of one of `READ_INTERACTIONS`. Raises PayloadError."""
    return _checked(_decode(_interactions, body), body)


def _checked(found: T, body: bytes) -> T:
    if ESCAPED_NUL.search(body):
        _check_text(msgspec.to_builtins(found))
    return found


def _decode(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        if not body.isascii():
            body.decode()  # the decoder looks into no text that it skips
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadError(UNREADABLE.format(why=_reason(error))) from None


def _check_text(found: Any) -> None:
    if any("\0" in text for text in _texts(found)):
        raise PayloadError(UNREADABLE.format(why="it holds NUL"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)


def _reason(error: Exception) -> str:
    """What is wrong, without a word of the body."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error)
