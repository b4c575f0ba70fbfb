"""GitHub's refusals in our words. Pure: status, headers and body in, the error out.

https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import (
    AuthenticationError,
    ConflictError,
    IntegrationError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)
from models.base import now

REFUSED = "{doing}: GitHub answered {status}{why}"
RENEW = "set GITHUB_TOKEN to a valid token and restart"
GRANT = "the token in GITHUB_TOKEN lacks a right for it"
LONGEST_REASON = 300
# "If the x-ratelimit-remaining header is not 0 and there is no retry-after, wait for at least one minute."
LEAST_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3600.0
LIMIT_WORDS = re.compile(
    r"rate limit|abuse detection|retry your request again later|wait a few minutes", re.IGNORECASE
)
STATE_WORDS = re.compile(r"\b(locked|archived|read-only|disabled)\b", re.IGNORECASE)


def failure_of(doing: str, verb: str, status: int, headers: Mapping[str, str], data: Any) -> IntegrationError:
    """What an answer of 400 and up stands for. `doing` says what was being done; header names are lower case."""
    reason = reason_of(data)
    text = REFUSED.format(doing=doing, status=status, why=f": {reason}" if reason else "")
    if status == 429 or (status == 403 and _is_limit(headers, reason)):
        return RateLimitError(text, wait_seconds(headers))
    if status >= 500 and status != 501:
        # A read changes nothing; anything else may have happened before the answer was lost. 501, "not implemented",
        # is neither lost nor different next time.
        return NetworkError(text, is_ambiguous=verb != "GET")
    if status in {405, 409, 422, 423} or (status == 403 and STATE_WORDS.search(reason)):
        return ConflictError(text)
    if status == 401:
        return AuthenticationError(f"{text}; {RENEW}")
    if status == 403:
        return AuthenticationError(f"{text}; {GRANT}", is_forbidden=True)
    if status in {404, 410, 451}:
        return NotFoundError(text)
    return IntegrationError(text, "request")


def reason_of(data: Any) -> str:
    """GitHub's own words: its message and those of its errors, on one line."""
    if not isinstance(data, Mapping):
        return ""
    errors = data.get("errors")
    said = [data.get("message")] + [_words(error) for error in errors or () if isinstance(errors, list)]
    line = "; ".join(" ".join(str(each).split()) for each in said if each)
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"


def wait_seconds(headers: Mapping[str, str]) -> float:
    """How long to wait, as told; bounded, because a wrong clock must not silence the bot for a day."""
    told = _number(headers.get("retry-after"))
    if told is None and headers.get("x-ratelimit-remaining") == "0":
        reset = _number(headers.get("x-ratelimit-reset"))
        told = None if reset is None else reset - _their_time(headers)
    wait = LEAST_WAIT_SECONDS if told is None else max(told, 1.0)
    return min(wait, LONGEST_WAIT_SECONDS)


def _is_limit(headers: Mapping[str, str], reason: str) -> bool:
    is_told = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return is_told or LIMIT_WORDS.search(reason) is not None


def _words(error: Any) -> str:
    if not isinstance(error, Mapping):
        return str(error)
    return str(error.get("message") or " ".join(str(error[key]) for key in ("field", "code") if key in error))


def _number(text: str | None) -> float | None:
    # [0-9] only: float() and isdigit() accept other scripts' digits, "inf" and "nan".
    return float(text) if text and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", text.strip()) else None


def _their_time(headers: Mapping[str, str]) -> float:
    """The server's clock: ours may be wrong, and the reset is in its time."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return now().timestamp()
