"""The errors of the Web API: HTTP 200 with `ok: false` and a word. docs.slack.dev/apis/web-api/#responses"""

from typing import Any

from aiohttp import web


class ApiFailure(Exception):
    """Ends a Web API call with Slack's error object; more `fields` go into it."""

    def __init__(self, error: str, **fields: Any) -> None:
        super().__init__(error)
        self.body: dict[str, Any] = {"ok": False, "error": error, **fields}


class Unplayable(Exception):
    """The control door was asked for something that nobody could do in Slack's client; `status` is for HTTP."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


def bad_blocks(error: str, messages: list[str]) -> ApiFailure:
    """`invalid_blocks` (messages) or `invalid_arguments` (views), each fault with its JSON pointer.

    As seen in github.com/slack-go/slack/issues/1446 and github.com/adobe/spacecat-api-service/issues/176.
    """
    told = {"messages": [f"[ERROR] {message}" for message in messages]}
    more = {"errors": messages} if error == "invalid_blocks" else {}
    return ApiFailure(error, **more, response_metadata=told)


def missing_argument(name: str) -> ApiFailure:
    """`invalid_arguments` for one that has to be there."""
    return ApiFailure(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]}
    )


def answer(body: dict[str, Any]) -> web.Response:
    """What a method says; `ok` comes first."""
    return web.json_response({"ok": True} | body)


def rate_limited(retry_after_seconds: int) -> web.Response:
    """429 with `Retry-After`. docs.slack.dev/apis/web-api/rate-limits"""
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(retry_after_seconds)})
