"""How long a delivery waits for its next try, by what its last one met, and when the person is told that it waits."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import AuthenticationError, BellhopError, IntegrationError, NotFoundError, RateLimitError
from models.delivery import WaitsFor


@dataclass(frozen=True)
class Backoff:
    """Pauses that double from the first to the longest, so many attempts in all.

    `told_from`: the attempt from which on the person is told, while the platform may take an answer; 0: never.
    """

    first_seconds: float
    longest_seconds: float
    most_attempts: int
    told_from: int = 0
    waits_for: WaitsFor | None = None


# The attempts of the long ones come to about a day, as the courier's do.
# Told after four minutes: by then some of its doors may be open.
OUTAGE = Backoff(2.0, 300.0, 295, told_from=8, waits_for=WaitsFor.PLATFORM)
# Somebody has to renew the credential. Until then no answer would be taken either.
REFUSED = Backoff(60.0, 300.0, 290, waits_for=WaitsFor.CREDENTIAL)
# Somebody has to grant a right. Those there are may suffice for an answer.
FORBIDDEN = Backoff(60.0, 300.0, 290, told_from=1, waits_for=WaitsFor.RIGHT)
# A platform may show an object a moment later than it tells of it, and hides what the bot has no right to see.
MISSING = Backoff(2.0, 8.0, 4)
DEFECT = Backoff(2.0, 8.0, 3)
FINAL = Backoff(0.0, 0.0, 0)


def delay_seconds(error: BaseException, attempts: int) -> float | None:
    """How long to wait after `attempts` of them, the last of which met `error`. None: it ends here."""
    backoff = _of(error)
    if attempts >= backoff.most_attempts:
        return None
    told = error.retry_after_seconds if isinstance(error, RateLimitError) else 0.0
    doubled = backoff.first_seconds * 2.0 ** min(max(attempts - 1, 0), 9)
    return max(min(doubled, backoff.longest_seconds), told)


def is_told(error: BaseException, attempts: int) -> bool:
    """Whether the person is told that their request waits."""
    return 0 < _of(error).told_from <= attempts


def waits_for(error: BaseException) -> WaitsFor | None:
    """What has to change before it can go well; None where that is nobody's to say."""
    return _of(error).waits_for


def _of(error: BaseException) -> Backoff:
    if isinstance(error, AuthenticationError):
        return FORBIDDEN if error.is_forbidden else REFUSED
    if isinstance(error, NotFoundError):
        return MISSING
    if isinstance(error, IntegrationError):
        return OUTAGE if error.retryable else FINAL
    if isinstance(error, TimeoutError):
        return OUTAGE
    return FINAL if isinstance(error, BellhopError) else DEFECT
