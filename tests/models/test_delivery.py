"""A delivery and its one disposition."""

from __future__ import annotations

import json

import pytest

from models.base import now
from models.delivery import Delivery, Disposition, WebhookRequest

CANARY = "sha256=canary"


def delivery(disposition: Disposition | None = None, body: bytes = b"{}") -> Delivery:
    moment = now()
    request = WebhookRequest(headers={"x-hub-signature-256": CANARY}, body=body)
    return Delivery(
        id=7,
        platform="github",
        key="k",
        event="issue_comment",
        request=request,
        received_at=moment,
        due_at=moment,
        disposition=disposition,
    )


@pytest.mark.parametrize(
    ("disposition", "kind", "reason"),
    [
        (Disposition.ACCEPTED, "accepted", "accepted"),
        (Disposition.DUPLICATE, "duplicate", "duplicate"),
        (Disposition.IGNORED_NOT_ADDRESSED, "ignored", "not_addressed"),
        (Disposition.DENIED_ROLE, "denied", "role"),
        (Disposition.ERROR_NORMALIZE, "error", "normalize"),
    ],
)
def test_a_disposition_is_a_kind_and_a_reason(disposition: Disposition, kind: str, reason: str) -> None:
    assert (disposition.kind, disposition.reason) == (kind, reason)


def test_every_disposition_is_of_a_kind_that_is_known() -> None:
    kinds = {disposition.kind for disposition in Disposition}
    assert kinds == {"accepted", "answered", "duplicate", "paused", "waiting", "ignored", "denied", "error"}
    assert all(disposition.reason for disposition in Disposition)


def test_a_listed_delivery_tells_what_became_of_it_and_nothing_of_its_body() -> None:
    row = delivery(Disposition.IGNORED_EDITED, b"\xff\xfe body").to_summary()
    wanted = {"id", "platform", "event", "received_at", "disposition", "reason"}
    assert wanted <= set(row)
    assert (row["disposition"], row["reason"]) == ("ignored:edited", "edited")
    told = json.dumps(row)
    assert "body" not in told
    assert CANARY not in told


def test_a_delivery_that_is_not_finished_has_no_reason_yet() -> None:
    row = delivery().to_summary()
    assert (row["disposition"], row["reason"]) == (None, "")


def test_a_body_that_is_no_text_comes_back_byte_for_byte() -> None:
    body = bytes(range(256))
    kept = delivery(body=body)
    assert Delivery.model_validate_json(kept.model_dump_json()).request.body == body


def test_a_header_is_found_in_any_case_and_a_missing_one_is_empty() -> None:
    request = WebhookRequest(headers={"x-github-event": "ping"})
    assert request.header("X-GitHub-Event") == "ping"
    assert request.header("X-Other") == ""
