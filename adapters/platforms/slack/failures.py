"""Slack's refusals in our words. Pure: a method, Slack's word, status and headers in, the error out.

https://docs.slack.dev/apis/web-api/rate-limits ("HTTP 429 Too Many Requests", `Retry-After` in seconds; "per API method
per workspace")
https://docs.slack.dev/reference/methods/chat.postMessage#errors and those of the other methods
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.errors import (
    AuthenticationError,
    ConflictError,
    IntegrationError,
    NetworkError,
    NotFoundError,
    RateLimitError,
)

REFUSED = "{doing}: Slack refused it ({why})"
ANSWERED = "{doing}: Slack answered {status}"
RENEW = "set SLACK_BOT_TOKEN to the token of an installed app and restart"
GRANT = "add the scope to the app and install it again"
INVITE = "the bot is not in this channel; type `/invite @{name}` there"
HINTS = {
    # A private channel without us does not exist for us.
    "channel_not_found": "it is gone, or a private channel to which nobody invited the bot",
    "is_archived": "the channel is archived",
}
LEAST_WAIT_SECONDS = 1.0
USUAL_WAIT_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 3600.0
WORD = re.compile(r"[a-zA-Z0-9_.:-]{1,80}")

LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNTRUSTED = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
        "team_not_found",
        "access_denied",
        "org_login_required",
    }
)
FORBIDDEN = frozenset(
    {
        "ekm_access_denied",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "posting_to_general_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_thread_locked",
        "team_access_not_granted",
    }
)
NOT_INVITED = frozenset({"not_in_channel", "user_not_in_channel"})
GONE = frozenset(
    {
        "channel_not_found",
        "cant_update_message",
        "edit_window_closed",
        "exchanged_trigger_id",
        "expired_trigger_id",
        "file_deleted",
        "file_not_found",
        "invalid_trigger_id",
        "is_archived",
        "is_inactive",
        "message_not_found",
        "bad_timestamp",
        "thread_not_found",
        "trigger_exchanged",
        "trigger_expired",
        "user_not_found",
        "users_not_found",
    }
)
STATE = frozenset({"hash_conflict", "push_limit_reached", "cannot_reply_to_message"})
TRANSIENT = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "rollup_error"}
)


def failure_of(
    doing: str, name: str, word: str, status: int, headers: Mapping[str, str], *, is_read: bool
) -> IntegrationError:
    """What a refusal stands for. `doing` says what was being done, `name` what the bot is called, `word` is Slack's."""
    why = word if WORD.fullmatch(word) else ""
    text = REFUSED.format(doing=doing, why=why) if why else ANSWERED.format(doing=doing, status=status)
    if status == 429 or word in LIMITED:
        return RateLimitError(text, wait_seconds(headers), is_for_all=False)
    if word in TRANSIENT or (status >= 500 and not why):
        # A read changes nothing; anything else may have happened before the answer was lost.
        return NetworkError(text, is_ambiguous=not is_read)
    return _final(text, name, word)


def _final(text: str, name: str, word: str) -> IntegrationError:
    if word in UNTRUSTED:
        return AuthenticationError(f"{text}; {RENEW}")
    if word in NOT_INVITED:
        return AuthenticationError(f"{text}; {INVITE.format(name=name)}", is_forbidden=True)
    if word in FORBIDDEN:
        return AuthenticationError(f"{text}; {GRANT}", is_forbidden=True)
    if word in GONE:
        return NotFoundError(f"{text}; {HINTS[word]}" if word in HINTS else text)
    return ConflictError(text) if word in STATE else IntegrationError(text, "request")


def wait_seconds(headers: Mapping[str, str]) -> float:
    """How long to wait, as told; bounded, because a wrong number must not silence the bot for a day."""
    told = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    # [0-9] only: float() accepts other scripts' digits, "inf" and "nan".
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", told.strip()):
        return USUAL_WAIT_SECONDS
    return min(max(float(told), LEAST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)


def word_of(answer: Any) -> str:
    """Slack's word for what is wrong; "" when it is said in no way that is documented."""
    word = answer.get("error") if isinstance(answer, Mapping) else None
    return word if isinstance(word, str) else ""
