"""slack_sdk's client, whose arguments travel in a body: nothing of a call stands in an address, where proxies log it.

slack_sdk asks reads by GET and puts the arguments of some writes into the address. Slack takes every method as a POST
with a form; servers that speak its API besides may take nothing else.
https://docs.slack.dev/apis/web-api ("POST parameters presented as application/x-www-form-urlencoded")
"""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

TOKEN = "token"  # noqa: S105 - an argument's name; slack_sdk takes it out of these and into a header


class FormClient(AsyncWebClient):
    """The client of slack_sdk, asking by POST alone."""

    async def api_call(
        self, api_method: str, *, params: dict[str, Any] | None = None, **how: Any
    ) -> AsyncSlackResponse:
        """As slack_sdk's own; `params` go into the form, a token of theirs into the header."""
        if params is None:
            return await super().api_call(api_method, **how)
        form = {name: _field(value) for name, value in params.items() if name != TOKEN}
        token = {TOKEN: params[TOKEN]} if TOKEN in params else None
        how |= {"http_verb": "POST", "data": (how.get("data") or {}) | form, "params": token}
        return await super().api_call(api_method, **how)


def _field(value: Any) -> Any:
    """Truth as slack_sdk writes it into an address."""
    return int(value) if isinstance(value, bool) else value
