"""Errors know their audience.

BellhopError
├── Refused                  a person: said in the thread
├── RequestRejected          the sender of a request: an HTTP status
│   ├── SignatureError       401
│   ├── PayloadError         400
│   ├── UnsupportedMedia     415
│   ├── UnknownPlatform      404
│   └── TooBusy              503, the sender retries
├── ConfigurationError       the operator: stops the start with one line
├── StorageUnavailable       nothing was kept: 503, the sender retries
├── InvalidTransition        a state change lost its race
├── LeaseLost                this process no longer holds the job
├── JobFailed                ends a job with its reason
├── JobCancelled             ends a job: somebody asked for it
└── IntegrationError         a call to another system; `retryable` says whether trying again can help
    ├── AuthenticationError  not before somebody renews the credential, or grants a right
    ├── RateLimitError       after `retry_after_seconds`
    ├── NetworkError         retryable; the request may have taken effect
    ├── NotFoundError
    └── ConflictError        it exists already, or its state forbids the request
"""

from __future__ import annotations

from models.job import Failure


class BellhopError(Exception):
    """Any error of ours. Its text says what was being done, so that errors chain into a sentence."""


class Refused(BellhopError):
    """Said to the person who asked."""


class Denied(Refused):
    """The same, for who they are: no other words of theirs would do."""


class RequestRejected(BellhopError):
    """Answered to the sender of an HTTP request; `status` is the code."""

    status = 400


class SignatureError(RequestRejected):
    """The request does not prove where it comes from. Nothing of it is stored."""

    status = 401


class PayloadError(RequestRejected):
    """The body, though signed, is not what it claims to be."""

    status = 400


class UnsupportedMedia(RequestRejected):
    """The content type is not one the platform's webhook is set up to send."""

    status = 415


class UnknownPlatform(RequestRejected):
    """No platform of that name, or one without settings."""

    status = 404


class TooBusy(RequestRejected):
    """There is more to do than there is room for. Nothing was kept; send it again after `retry_after_seconds`."""

    status = 503

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ConfigurationError(BellhopError):
    """A setting is missing or contradicts another: `setting` and the remedy, on one line."""

    def __init__(self, setting: str, remedy: str) -> None:
        super().__init__(f"{setting}: {remedy}")
        self.setting = setting


class StorageUnavailable(BellhopError):
    """The database did not take the write. Nothing was promised; try again."""


class InvalidTransition(BellhopError):
    """The row was not in a state from which this change may be made: somebody else was first."""


class LeaseLost(BellhopError):
    """Another attempt owns the job now. Stop at once, touch nothing."""


class JobFailed(BellhopError):
    """Ends a job as failed. `detail` is for the card's folded part (a log's tail)."""

    def __init__(self, failure: Failure, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.failure = failure
        self.detail = detail


class JobCancelled(BellhopError):
    """Ends a job as cancelled."""


class IntegrationError(BellhopError):
    """A call to another system did not do what it should. `error_type` is a stable word for logs and metrics.

    `is_ambiguous`: the request may have taken effect although no answer said so.
    """

    def __init__(
        self,
        message: str,
        error_type: str = "integration",
        *,
        retryable: bool = False,
        is_ambiguous: bool = False,
    ) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.retryable = retryable
        self.is_ambiguous = is_ambiguous


class AuthenticationError(IntegrationError):
    """The credential is refused: trying again helps only after somebody has renewed it.

    `is_forbidden`: it is a good one that lacks this right; other calls may be answered.
    """

    def __init__(self, message: str, *, is_forbidden: bool = False) -> None:
        super().__init__(message, "authentication")
        self.is_forbidden = is_forbidden


class RateLimitError(IntegrationError):
    """Too many requests. Nothing took effect; try again after `retry_after_seconds`.

    `is_for_all`: whatever else is asked of the other system is refused, too.
    """

    def __init__(self, message: str, retry_after_seconds: float = 60.0, *, is_for_all: bool = True) -> None:
        super().__init__(message, "rate_limit", retryable=True)
        self.retry_after_seconds = retry_after_seconds
        self.is_for_all = is_for_all


class NetworkError(IntegrationError):
    """No answer, or half of one, or the other side's 5xx."""

    def __init__(self, message: str, *, is_ambiguous: bool = True) -> None:
        super().__init__(message, "network", retryable=True, is_ambiguous=is_ambiguous)


class NotFoundError(IntegrationError):
    """The object is gone, or was never visible to this credential."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "not_found")


class ConflictError(IntegrationError):
    """The other system's state forbids the request."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "conflict")
