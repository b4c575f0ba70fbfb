"""Who is let in, and what is let in: everything else is refused before anything is kept."""

import json
import os
from pathlib import Path

import pytest

from adapters.platforms.github import webhook
from adapters.signatures import sign_sha256
from bot.errors import PayloadError, SignatureError, UnsupportedMedia
from tests.adapters.platforms.github.deliveries import payload, request

SECRET = b"It's a Secret to Everybody"
BODY = json.dumps(payload("issue_comment_addressed")).encode()
SIGNED = sign_sha256(SECRET, BODY, "sha256=")


def test_a_signed_delivery_is_githubs() -> None:
    webhook.verify(SECRET, request("issue_comment", BODY, x_hub_signature_256=SIGNED))


def test_the_signature_covers_the_bytes_as_they_came() -> None:
    body = "Hällo, Wörld! \U0001f44b".encode()
    webhook.verify(
        SECRET, request("issue_comment", body, x_hub_signature_256=sign_sha256(SECRET, body, "sha256="))
    )


def test_the_old_sha1_header_is_no_signature() -> None:
    with pytest.raises(SignatureError, match="missing"):
        webhook.verify(SECRET, request("issue_comment", BODY, x_hub_signature=SIGNED))


def test_a_downgraded_scheme_is_refused() -> None:
    downgraded = SIGNED.replace("sha256=", "sha1=")
    with pytest.raises(SignatureError):
        webhook.verify(SECRET, request("issue_comment", BODY, x_hub_signature_256=downgraded))


def test_the_envelope_names_delivery_event_and_action() -> None:
    found = webhook.envelope(request("issue_comment", BODY))
    assert (found.key, found.event, found.action) == ("d-1", "issue_comment", "created")


@pytest.mark.parametrize("action", [b"{}", b'{"action": null}'])
def test_an_event_may_have_no_action(action: bytes) -> None:
    assert webhook.envelope(request("push", action)).action == ""


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken(kind: str) -> None:
    webhook.envelope(request("push", b"{}", content_type=kind))


@pytest.mark.parametrize("kind", ["", "text/plain", "application/jsonp", "multipart/form-data", "json"])
def test_other_content_types_are_refused(kind: str) -> None:
    with pytest.raises(UnsupportedMedia, match="application/json"):
        webhook.envelope(request("push", b"{}", content_type=kind))


def test_a_form_is_refused_with_its_remedy() -> None:
    with pytest.raises(UnsupportedMedia, match="choose content type application/json"):
        webhook.envelope(request("push", b"payload=%7B%7D", content_type="application/x-www-form-urlencoded"))


@pytest.mark.parametrize("header", ["x_github_delivery", "x_github_event"])
@pytest.mark.parametrize(
    "value", ["", "two words", "tab\there", "ünïcode", "x" * 200, "nul\0", "line\nbreak"]
)
def test_odd_headers_are_refused(header: str, value: str) -> None:
    with pytest.raises(PayloadError, match="reading the headers"):
        webhook.envelope(request("push", b"{}", **{header: value}))


@pytest.mark.parametrize("event", ["issue_comment", "push"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b"1",
        b'"text"',
        b'{"action": "created"',
        b'{"action": "created"} and more',
        b'{"action": 1}',
        b'{"action": ["created"]}',
        b'{"action": "a\x00b"}',
        b'{"action": "a\\u0000b"}',
        b'{"other": "a\x00b"}',
        b'{"other": "a\x01b"}',
        b'{"other": "\xff\xfe"}',
        b'{"\xff": 1}',
        b'{"other": "\xc0\x80"}',
        b'{"other": "\xed\xa0\x80"}',
        b'{"other": "\\ud800"}',
        b'{"other": "\\udc00x"}',
        b'{"other": "\\u12"}',
        b'{"other": "\\q"}',
        b'{"other": NaN}',
        b'{"other": 01}',
        b'{"other": [1,]}',
        b"{'action': 'created'}",
        b"\xef\xbb\xbf{}",
        b'{"other": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"other": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b"{" * 100_000,
    ],
)
def test_bodies_that_are_no_deliveries_are_refused(event: str, body: bytes) -> None:
    with pytest.raises(PayloadError, match="reading the body"):
        webhook.envelope(request(event, body))


@pytest.mark.parametrize(
    "body",
    [
        {"comment": "text"},
        {"comment": {"body": 42}},
        {"comment": {"id": "42"}},
        {"comment": {"user": []}},
        {"comment": {"user": {"id": "1"}}},
        {"issue": {"number": "1"}},
        {"issue": {"labels": "bug"}},
        {"repository": []},
        {"repository": {"full_name": {}}},
        {"sender": 7},
        {"changes": {"body": "before"}},
        {"comment": {"id": 2**63}},
        {"comment": {"id": -5}},
        {"comment": {"in_reply_to_id": 10**25}},
        {"comment": {"line": 10**25}},
        {"comment": {"user": {"id": 2**63}}},
        {"issue": {"number": 10**25}},
        {"issue": {"number": -1}},
        {"issue": {"user": {"id": -1}}},
        {"sender": {"id": 10**400}},
        {"comment": {"body": "a\0b"}},
        {"issue": {"title": "a\0b"}},
    ],
)
def test_fields_of_another_type_are_refused(body: dict[str, object]) -> None:
    with pytest.raises(PayloadError):
        webhook.envelope(request("issue_comment", json.dumps(body).encode()))


def test_the_largest_numbers_that_can_be_kept_are_taken() -> None:
    largest = 2**63 - 1
    body = {"issue": {"number": largest}, "comment": {"id": largest, "line": 0}, "sender": {"id": largest}}
    webhook.envelope(request("issue_comment", json.dumps(body).encode()))


def test_a_refusal_quotes_nothing_of_the_body() -> None:
    with pytest.raises(PayloadError) as refusal:
        webhook.envelope(request("issue_comment", b'{"action": {"hunter2": "hunter2"}, "hunter2": '))
    assert "hunter2" not in str(refusal.value)


def test_fields_nobody_reads_may_be_anything() -> None:
    webhook.envelope(request("push", b'{"issue": 1, "comment": "text", "sender": []}'))
    webhook.envelope(
        request("issue_comment", b'{"action": "created", "extra": {"deep": [1, 2.5e3, null, "\\u00e9"]}}')
    )


def test_a_comment_may_speak_of_nul() -> None:
    body = json.dumps({"comment": {"body": r"the escape \u0000 and the emoji " + "\U0001f600"}}).encode()
    webhook.envelope(request("issue_comment", body))


def test_a_ping_is_answered() -> None:
    envelope = webhook.envelope(request("ping", json.dumps(payload("ping")).encode()))
    answer = webhook.handshake(envelope)
    assert answer is not None
    assert answer.status == 200


def test_nothing_else_is_a_handshake() -> None:
    assert webhook.handshake(webhook.envelope(request("issue_comment", BODY))) is None


def test_every_recorded_delivery_is_let_in() -> None:
    folder = os.environ.get("BELLHOP_PAYLOADS")
    for path in sorted(Path(folder, "github").glob("*.json")) if folder else []:
        recorded = json.loads(path.read_text(encoding="utf-8"))
        found = webhook.envelope(request(recorded["event"], json.dumps(recorded["body"]).encode()))
        assert found.action == (recorded["action"] or ""), path.name
