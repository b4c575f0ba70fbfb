"""GitHub's refusals in our words: what may be tried again, when, and whether it may have happened."""

import time

import pytest

from adapters.platforms.github.failures import LONGEST_REASON, failure_of, reason_of, wait_seconds
from bot.errors import (
    AuthenticationError,
    ConflictError,
    IntegrationError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "Problems parsing JSON", IntegrationError),
        (401, "Bad credentials", AuthenticationError),
        (403, "Resource not accessible by personal access token", AuthenticationError),
        (403, "Unable to create comment because issue is locked.", ConflictError),
        (403, "Repository was archived so is read-only.", ConflictError),
        (403, SECONDARY, RateLimitError),
        (403, "API rate limit exceeded for user ID 7.", RateLimitError),
        (404, "Not Found", NotFoundError),
        (410, "Issues are disabled for this repo", NotFoundError),
        (409, "Git Repository is empty.", ConflictError),
        (422, "Validation Failed", ConflictError),
        (429, "", RateLimitError),
        (451, "Repository access blocked", NotFoundError),
        (500, "", NetworkError),
        (501, "Not Implemented", IntegrationError),
        (502, "Server Error", NetworkError),
        (503, "", NetworkError),
    ],
)
def test_each_refusal_has_its_kind(status: int, message: str, kind: type[IntegrationError]) -> None:
    error = failure_of("commenting on acme/shop#1", "POST", status, {}, {"message": message})
    assert type(error) is kind
    assert str(error).startswith(f"commenting on acme/shop#1: GitHub answered {status}")
    assert message in str(error)


def test_a_change_whose_answer_was_an_error_of_theirs_may_have_happened() -> None:
    assert failure_of("x", "POST", 502, {}, None).is_ambiguous
    assert failure_of("x", "PATCH", 500, {}, None).is_ambiguous
    assert not failure_of("x", "GET", 502, {}, None).is_ambiguous
    assert not failure_of("x", "POST", 422, {}, None).is_ambiguous
    assert not failure_of("x", "POST", 429, {}, None).is_ambiguous


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4000000000"}, 7),
        ({"retry-after": "999999999"}, 3600),
        ({"retry-after": "²"}, 60),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "nan"}, 60),
        ({"retry-after": "Sat, 21 Nov 2026 05:00:00 GMT"}, 60),
        ({"x-ratelimit-remaining": "12", "x-ratelimit-reset": "4000000000"}, 60),
        ({}, 60),
    ],
)
def test_the_wait_is_what_was_told(headers: dict[str, str], seconds: float) -> None:
    assert wait_seconds(headers) == seconds


def test_a_reset_is_read_by_their_clock() -> None:
    # Their clock says 2020; ours does not matter.
    told = {
        "date": "Wed, 01 Jan 2020 00:00:00 GMT",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1577836890",
    }
    assert wait_seconds(told) == 90


def test_a_reset_without_their_clock_is_read_by_ours() -> None:
    told = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 100)}
    assert 90 <= wait_seconds(told) <= 100


def test_a_limit_is_known_by_its_headers_alone() -> None:
    assert isinstance(failure_of("x", "GET", 403, {"retry-after": "3"}, None), RateLimitError)
    assert isinstance(failure_of("x", "GET", 403, {"x-ratelimit-remaining": "0"}, None), RateLimitError)
    assert isinstance(failure_of("x", "GET", 403, {"x-ratelimit-remaining": "9"}, None), AuthenticationError)


def test_all_reasons_are_told_on_one_line() -> None:
    data = {
        "message": "Validation\nFailed",
        "errors": [
            {"field": "head", "code": "invalid"},
            {"message": "No commits between main and x"},
            "odd",
            7,
        ],
    }
    assert reason_of(data) == "Validation Failed; head invalid; No commits between main and x; odd; 7"


@pytest.mark.parametrize(
    "data", [None, [], "text", 7, {}, {"message": None}, {"errors": "odd"}, {"errors": None}]
)
def test_odd_bodies_tell_nothing(data: object) -> None:
    assert reason_of(data) == ""


def test_long_reasons_are_clipped() -> None:
    assert len(reason_of({"message": "x" * 5000})) == LONGEST_REASON


def test_a_refused_token_names_the_setting_to_mend() -> None:
    error = failure_of("asking", "GET", 401, {}, {"message": "Bad credentials"})
    assert isinstance(error, AuthenticationError)
    assert not error.is_forbidden
    assert "Bad credentials; set GITHUB_TOKEN to a valid token and restart" in str(error)


def test_a_token_without_a_right_is_told_from_one_that_is_refused() -> None:
    error = failure_of("asking", "GET", 403, {}, {"message": "Must have push access"})
    assert isinstance(error, AuthenticationError)
    assert error.is_forbidden
    assert "Must have push access; the token in GITHUB_TOKEN lacks a right" in str(error)
