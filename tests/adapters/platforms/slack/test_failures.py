"""Slack's words for what is wrong, in ours."""

import pytest

from adapters.platforms.slack.failures import failure_of, wait_seconds, word_of
from bot.errors import (
    AuthenticationError,
    ConflictError,
    IntegrationError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)


def failure(word: str, status: int = 200, *, is_read: bool = False, **headers: str) -> IntegrationError:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return failure_of("posting in #backend", "bellhop", word, status, given, is_read=is_read)


@pytest.mark.parametrize(
    "word", ["invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"]
)
def test_a_credential_that_is_refused_must_be_renewed(word: str) -> None:
    found = failure(word)
    assert isinstance(found, AuthenticationError)
    assert not found.is_forbidden
    assert "SLACK_BOT_TOKEN" in str(found)


@pytest.mark.parametrize("word", ["missing_scope", "no_permission", "restricted_action"])
def test_a_right_that_is_missing_must_be_granted(word: str) -> None:
    found = failure(word)
    assert isinstance(found, AuthenticationError)
    assert found.is_forbidden


def test_a_channel_without_us_says_how_we_are_invited() -> None:
    found = failure("not_in_channel")
    assert isinstance(found, AuthenticationError)
    assert found.is_forbidden
    assert str(found) == (
        "posting in #backend: Slack refused it (not_in_channel); the bot is not in this channel; "
        "type `/invite @bellhop` there"
    )


@pytest.mark.parametrize(
    "word",
    ["channel_not_found", "message_not_found", "thread_not_found", "is_archived", "cant_update_message",
     "expired_trigger_id", "user_not_found"],
)  # fmt: skip
def test_what_is_gone_is_gone(word: str) -> None:
    assert isinstance(failure(word), NotFoundError)


@pytest.mark.parametrize(
    "word", ["msg_too_long", "invalid_blocks", "msg_blocks_too_long", "no_text", "new_word"]
)
def test_what_is_refused_for_good_is_final(word: str) -> None:
    found = failure(word)
    assert (found.retryable, found.is_ambiguous) == (False, False)


def test_a_state_that_forbids_it_is_a_conflict() -> None:
    assert isinstance(failure("hash_conflict"), ConflictError)


@pytest.mark.parametrize(("word", "status"), [("ratelimited", 200), ("", 429), ("ratelimited", 429)])
def test_a_limit_says_when_to_come_back(word: str, status: int) -> None:
    found = failure(word, status, Retry_After="7")
    assert isinstance(found, RateLimitError)
    assert (found.retry_after_seconds, found.is_ambiguous) == (7.0, False)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("999999999", 3600.0),
        ("", 30.0),
        ("soon", 30.0),
        ("nan", 30.0),
        ("-5", 30.0),
        ("²", 30.0),
    ],
)
def test_no_number_silences_us_for_a_day(given: str, seconds: float) -> None:
    assert wait_seconds({"Retry-After": given}) == wait_seconds({"retry-after": given}) == seconds


@pytest.mark.parametrize(
    ("word", "status"), [("internal_error", 200), ("fatal_error", 200), ("", 503), ("", 500)]
)
def test_slacks_own_faults_may_have_taken_effect_unless_it_was_a_read(word: str, status: int) -> None:
    for is_read in (True, False):
        found = failure(word, status, is_read=is_read)
        assert isinstance(found, NetworkError)
        assert found.is_ambiguous is not is_read


@pytest.mark.parametrize("word", ["<!channel>", "x" * 500, "a\nb"])
def test_no_strange_word_is_repeated(word: str) -> None:
    assert word not in str(failure(word, 403))


@pytest.mark.parametrize(
    ("answer", "word"), [({"error": "x"}, "x"), ({"error": 5}, ""), ({}, ""), (None, ""), ("x", "")]
)
def test_the_word_is_found_where_it_is_documented(answer: object, word: str) -> None:
    assert word_of(answer) == word
