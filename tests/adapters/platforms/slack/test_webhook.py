"""Only what Slack signed within five minutes gets in, and each kind of request is answered as Slack expects."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.platforms.slack import webhook
from adapters.signatures import sign_v0
from bot.errors import BellhopError, PayloadError, SignatureError, UnsupportedMedia
from models.delivery import WebhookRequest
from tests.adapters.platforms.slack.deliveries import FORM, JSON, delivery, of, payload, request

SECRET = b"8f742231b10e8888abcd99yyyzzz85a5"
SENT = json.dumps(payload("message")).encode()


def signed(body: bytes, content_type: str = JSON, *, away: int = 0, **headers: str) -> WebhookRequest:
    moment = str(int(time.time()) + away)
    own = {"x-slack-signature": sign_v0(SECRET, body, moment), "x-slack-request-timestamp": moment}
    return request(body, content_type, **own | headers)


@pytest.mark.parametrize("away", [0, -290, 290])
def test_what_slack_signed_lately_is_let_in(away: int) -> None:
    webhook.verify(SECRET, signed(SENT, away=away))


@pytest.mark.parametrize("away", [-320, 320, -86400])
def test_stale_and_future_requests_are_not(away: int) -> None:
    with pytest.raises(SignatureError, match="away from now"):
        webhook.verify(SECRET, signed(SENT, away=away))


@pytest.mark.parametrize(
    "headers",
    [
        {"x-slack-signature": ""},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "now"},
        {"x-slack-request-timestamp": "²"},
        {"x-slack-request-timestamp": "9" * 5000},
        {"x-slack-signature": "v0=" + "ü" * 64},
        {"x-slack-signature": "v0=\udcff"},
        {"x-slack-signature": "sha256=" + "0" * 64},
    ],
)
def test_strange_headers_are_refused_and_nothing_else_happens(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        webhook.verify(SECRET, signed(SENT, **headers))


@pytest.mark.parametrize("timestamp", ["²", "now", "", "9" * 5000, "1e9"])
def test_a_moment_that_is_none_is_refused_even_when_it_is_signed(timestamp: str) -> None:
    own = {"x-slack-signature": sign_v0(SECRET, SENT, timestamp), "x-slack-request-timestamp": timestamp}
    with pytest.raises(SignatureError):
        webhook.verify(SECRET, request(SENT, **own))


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"\x00"])
def test_bytes_that_are_no_text_are_verified_like_any(body: bytes) -> None:
    webhook.verify(SECRET, signed(body))
    with pytest.raises(SignatureError):
        webhook.verify(SECRET, request(body))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b'"text"', JSON),
        (b"\xff", JSON),
        (b'{"type": 5}', JSON),
        (b'{"type":"event_callback","event":{"type":"message","text":"a\\u0000b"}}', JSON),
        (b'{"type":"event_callback","event":{"type":"message","text":"\\ud800"}}', JSON),
        (b'{"type":"event_callback","event":{"type":"message","ts":5}}', JSON),
        (b'{"type":"event_callback","event":{"type":"message","blocks":' + b"[" * 100_000, JSON),
        (b"", FORM),
        (b"a=b", FORM),
        (b"payload=", FORM),
        (b"payload=%7B", FORM),
        (b"payload=5", FORM),
        (b"payload=%7B%7D&payload=%7B%7D", FORM),
        (b"payload=%7B%7D&command=%2Fbellhop", FORM),
        (b"command=%2Fbellhop&command=%2Fother", FORM),
        (b"command=%2Fbellhop&text=a&text=b", FORM),
        (b"command=%2Fbellhop&text=%00", FORM),
        (b"command=%2Fbellhop&text=%ff", FORM),
        (b"command=%2Fbellhop&text=%ED%A0%80", FORM),
        (b"command=%2Fbellhop&" + b"&".join(b"f%d=1" % n for n in range(200)), FORM),
        (b"\xff", FORM),
        (b'payload=%7B"type":"block_actions","actions":5}', FORM),
    ],
)
def test_what_is_no_body_of_slacks_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(PayloadError) as refusal:
        webhook.envelope(request(body, content_type))
    assert str(refusal.value).startswith("reading the ")


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data", "application/xml"])
def test_other_kinds_of_content_are_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMedia):
        webhook.envelope(request(SENT, content_type))


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_a_content_type_may_be_spelled_differently(content_type: str) -> None:
    assert webhook.envelope(request(SENT, content_type)).event == "message"


@pytest.mark.parametrize(
    ("name", "key", "event", "action"),
    [
        ("message", "Ev0MESSAGE01", "message", "channel"),
        ("app_mention", "Ev0MENTION01", "app_mention", ""),
        ("message_im", "Ev0DIRECT001", "message", "im"),
        ("message_changed", "Ev0CHANGED01", "message", "message_changed"),
        ("message_file", "Ev0FILE00001", "message", "file_share"),
        ("app_home_opened", "Ev0HOME00001", "app_home_opened", "home"),
        ("app_uninstalled", "Ev0GONE00001", "app_uninstalled", ""),
        ("slash_command", "1.2.slash", "slash_command", "bellhop"),
        ("block_actions", "1.2.click", "block_actions", ""),
        ("view_submission", "1.2.view", "view_submission", "bellhop:dialog"),
        ("shortcut", "1.2.short", "shortcut", "ask"),
        ("message_action", "1.2.act", "message_action", "fix-this"),
    ],
)
def test_each_request_has_its_key_and_its_name(name: str, key: str, event: str, action: str) -> None:
    found = webhook.envelope(of(payload(name)))
    assert (found.key, found.event, found.action) == (key, event, action)


def test_a_retry_has_the_key_of_its_first_attempt_and_is_not_dropped() -> None:
    again = {"x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout"}
    first, second = (webhook.envelope(request(SENT, **headers)) for headers in ({}, again))
    assert first == second
    assert webhook.immediate(request(SENT, **again), second) is None


@pytest.mark.parametrize("name", ["block_actions", "view_submission"])
def test_what_has_no_id_is_known_by_its_bytes(name: str) -> None:
    body = payload(name, lambda made: made.pop("trigger_id"))
    first, other = webhook.envelope(of(body)), webhook.envelope(of(body | {"more": 1}))
    assert first.key == webhook.envelope(of(body)).key
    assert first.key != other.key


@pytest.mark.parametrize("given", ["", "a b", "ü", "x" * 500])
def test_an_id_that_is_none_is_no_key(given: str) -> None:
    body = payload("message", lambda made: made.update(event_id=given))
    assert webhook.envelope(of(body)).key not in {given, ""}


@pytest.mark.parametrize(
    "body",
    [
        {
            "type": "event_callback",
            "event_id": "Ev1",
            "event": {"type": "channel_created", "channel": {"id": "C"}},
        },
        {"type": "event_callback", "event_id": "Ev1", "event": {"type": "team_join", "user": {"id": "U"}}},
        {"type": "event_callback", "event_id": "Ev1"},
        {"type": "event_callback", "event_id": "Ev1", "event": {"type": "ein Ereignis"}},
    ],
)
def test_events_without_use_are_kept_whatever_their_form(body: dict[str, Any]) -> None:
    assert webhook.envelope(request(json.dumps(body))).key == "Ev1"


def test_the_challenge_is_answered_at_once_and_as_data() -> None:
    sent = of(payload("url_verification", lambda made: made.update(challenge="<script>")))
    answer = webhook.immediate(sent, webhook.envelope(sent))
    assert answer is not None
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {"challenge": "<script>"}


def test_the_check_of_the_certificate_is_answered_at_once() -> None:
    sent = request(urlencode({"ssl_check": "1", "token": "x"}), FORM)
    answer = webhook.immediate(sent, webhook.envelope(sent))
    assert answer is not None
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("name", ["message", "slash_command", "block_actions", "view_submission", "shortcut"])
def test_everything_else_waits_for_the_commit(name: str) -> None:
    sent = of(payload(name))
    assert webhook.immediate(sent, webhook.envelope(sent)) is None


@pytest.mark.parametrize("name", ["message", "slash_command", "block_actions", "shortcut", "message_action"])
def test_what_is_kept_is_answered_with_nothing(name: str) -> None:
    answer = webhook.handshake(webhook.envelope(of(payload(name))))
    assert (answer.status, answer.body) == (200, b"")


def test_a_dialog_is_closed_once_it_is_kept() -> None:
    answer = webhook.handshake(webhook.envelope(of(payload("view_submission"))))
    assert json.loads(answer.body) == {"response_action": "clear"}
    assert answer.content_type == "application/json"


def test_a_kept_delivery_is_read_again_without_a_clock() -> None:
    old = {"x-slack-request-timestamp": "1"}
    assert delivery(request(SENT, **old)).key == "Ev0MESSAGE01"


@pytest.mark.parametrize("name", ["message", "slash_command", "block_actions", "view_submission"])
def test_no_cut_or_flipped_body_causes_another_error(name: str) -> None:
    sent = of(payload(name))
    for at in range(0, len(sent.body), 7):
        for body in (sent.body[:at], sent.body[:at] + b"\xf0" + sent.body[at + 1 :]):
            broken = WebhookRequest(headers=sent.headers, body=body)
            try:
                webhook.immediate(broken, webhook.envelope(broken))
            except BellhopError:
                continue


def test_the_old_check_of_the_certificate_is_answered_without_a_word() -> None:
    assert webhook.probe({"ssl_check": "1", "token": "x"}) == webhook.KEPT
    assert webhook.probe({"ssl_check": "0"}) is None
    assert webhook.probe({}) is None
