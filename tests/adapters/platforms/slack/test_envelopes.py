"""What comes over a socket is the request that HTTP would have brought, byte for byte where that can be."""

import json
from typing import Any

import pytest

from adapters.platforms.slack import envelopes
from adapters.platforms.slack.platform import Slack
from bot.errors import PayloadError
from bot.platform import Answer
from models.delivery import WebhookRequest
from tests.adapters.platforms.slack.deliveries import delivery, payload


def envelope(kind: str, body: Any, **more: Any) -> str:
    return json.dumps({"envelope_id": "e-1", "type": kind, "payload": body} | more)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("events_api", "message"), ("interactive", "block_actions"), ("slash_commands", "slash_command")],
)
def test_an_envelope_is_the_request_that_http_would_have_brought(slack: Slack, kind: str, name: str) -> None:
    body: dict[str, Any] = payload(name)
    said = envelopes.read(envelope(kind, body, retry_attempt=2, retry_reason="timeout"))
    over_http, over_socket = delivery(body), delivery(envelopes.request_of(said))
    known = {"key", "event", "action"}
    assert over_socket.model_dump(include=known) == over_http.model_dump(include=known)
    assert slack.normalize(over_socket) == slack.normalize(over_http)
    assert over_socket.request.header("x-slack-retry-num") == "2"


def test_an_event_is_kept_as_it_came() -> None:
    text = '{"type":"events_api","envelope_id":"e","payload": {"n": 1.50, "t": "\\u00e9"} }'
    assert envelopes.request_of(envelopes.read(text)).body == b'{"n": 1.50, "t": "\\u00e9"}'


def test_a_field_of_a_command_may_be_no_text() -> None:
    body = {"command": "/bellhop", "is_enterprise_install": False, "enterprise_id": None, "text": "a&b=c"}
    said = envelopes.read(envelope("slash_commands", body))
    assert envelopes.request_of(said).body == b"command=%2Fbellhop&is_enterprise_install=false&text=a%26b%3Dc"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', '{"envelope_id": 7}', '{"type": []}', "[" * 100_000, '"\ud800"']
)
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(PayloadError, match=r"^reading what Slack says over a socket: \w+$"):
        envelopes.read(text)


@pytest.mark.parametrize("body", [None, [], "x", {"command": ["/bellhop"]}, {"command": {"a": 1}}])
def test_a_command_that_is_none_is_refused(body: Any) -> None:
    with pytest.raises(PayloadError):
        envelopes.request_of(envelopes.read(envelope("slash_commands", body)))


def test_a_delivery_without_a_payload_is_an_empty_request() -> None:
    found = envelopes.request_of(envelopes.read('{"envelope_id": "e", "type": "events_api"}'))
    assert found == WebhookRequest(headers={"content-type": "application/json"}, body=b"")


OPTIONS = Answer(body=b'{"options":[]}', content_type="application/json")


@pytest.mark.parametrize(
    ("is_heard", "answer", "told"),
    [
        (True, OPTIONS, {"envelope_id": "e-1", "payload": {"options": []}}),
        (False, OPTIONS, {"envelope_id": "e-1"}),
        (True, Answer(), {"envelope_id": "e-1"}),
        (True, Answer(status=202, body=b"kept\n"), {"envelope_id": "e-1"}),
    ],
)
def test_an_acknowledgment_tells_what_was_answered_where_that_is_heard(
    is_heard: bool, answer: Answer, told: dict[str, Any]
) -> None:
    said = envelopes.read(envelope("interactive", {}, accepts_response_payload=is_heard))
    assert json.loads(envelopes.acknowledgment(said, answer)) == told
