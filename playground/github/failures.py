"""The errors of GitHub's REST API, in its words.

docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from collections.abc import Mapping, Sequence

from aiohttp import web

from playground.github.records import User

DOCUMENTATION_URL = "https://docs.github.com/rest"
RATE_LIMIT_URL = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
BAD_CREDENTIALS = "Bad credentials"
LOGIN_REQUIRED = "Requires authentication"
NOT_FOUND = "Not Found"
VALIDATION_FAILED = "Validation Failed"
NO_JSON = "Problems parsing JSON"
NO_OBJECT = "Body should be a JSON object"
NEEDS_ADMIN = "Must have admin rights to Repository."
NEEDS_ACCESS = "Resource not accessible by personal access token"
ISSUES_DISABLED = "Issues has been disabled in this repository."
PRIMARY_LIMIT = "API rate limit exceeded for user ID {id}."
SECONDARY_LIMIT = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


class ApiFailure(Exception):
    """Ends a request with GitHub's error object."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Mapping[str, object] | str] = (),
        headers: Mapping[str, str] | None = None,
        documentation_url: str = DOCUMENTATION_URL,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, object] = {"message": message}
        if errors:
            self.body["errors"] = list(errors)
        self.body |= {"documentation_url": documentation_url, "status": str(status)}


def not_found() -> ApiFailure:
    """404: it is not there, or the token may not know that it is."""
    return ApiFailure(404, NOT_FOUND)


def redirected(is_read: bool, url: str) -> ApiFailure:
    """301 for reads, 307 for writes: the object lives at another address."""
    status, message = (301, "Moved Permanently") if is_read else (307, "Temporary Redirect")
    failure = ApiFailure(status, message, headers={"Location": url})
    failure.body["url"] = url
    return failure


def forbidden(message: str = NEEDS_ACCESS) -> ApiFailure:
    """403: the token sees the object and may not do this to it."""
    return ApiFailure(403, message)


def unauthenticated(message: str = LOGIN_REQUIRED) -> ApiFailure:
    """401: no token, or one that nobody has."""
    return ApiFailure(401, message)


def invalid(resource: str, field: str, code: str = "invalid", message: str | None = None) -> ApiFailure:
    """422 naming the resource, the field and one of GitHub's codes (missing_field, invalid, already_exists, custom)."""
    error = {"resource": resource, "field": field, "code": code}
    if message:
        error["message"] = message
    return ApiFailure(422, VALIDATION_FAILED, [error])


def unprocessable(message: str) -> ApiFailure:
    """422 with a message of its own and no list."""
    return ApiFailure(422, message)


def primary_limit(user: User | None, reset_at: int) -> ApiFailure:
    """403 with nothing remaining until `reset_at` (epoch seconds)."""
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset_at)}
    message = PRIMARY_LIMIT.format(id=user.id if user else 0)
    return ApiFailure(403, message, headers=headers, documentation_url=RATE_LIMIT_URL)


def secondary_limit(retry_after_seconds: int) -> ApiFailure:
    """403 with `Retry-After`."""
    headers = {"Retry-After": str(retry_after_seconds)}
    return ApiFailure(403, SECONDARY_LIMIT, headers=headers, documentation_url=RATE_LIMIT_URL)


def failure_response(failure: ApiFailure) -> web.Response:
    """A failure as the JSON that GitHub sends."""
    return web.json_response(failure.body, status=failure.status, headers=failure.headers)
