"""Deliveries for tests: the repository's own fixtures, and variations of them."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from adapters.platforms.slack import webhook
from models.base import now
from models.delivery import Delivery, WebhookRequest

FIXTURES = Path(__file__).parents[3] / "fixtures" / "slack"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
Change = Callable[[dict[str, Any]], object]


@cache
def _text(name: str) -> str:
    return (FIXTURES / f"{name}.json").read_text(encoding="utf-8")


def payload(name: str, *changes: Change) -> dict[str, Any]:
    """A fixture's body; each change is done to it."""
    made: dict[str, Any] = copy.deepcopy(json.loads(_text(name)))
    for change in changes:
        change(made)
    return made


def event(**given: Any) -> dict[str, Any]:
    """The body of a message in a channel, with these fields of the event changed; None takes one away."""
    made = payload("message")
    made["event"] |= given
    made["event"] = {name: value for name, value in made["event"].items() if value is not None}
    return made


def request(body: bytes | str, content_type: str = JSON, **headers: str) -> WebhookRequest:
    """An unsigned request."""
    raw = body if isinstance(body, bytes) else body.encode()
    return WebhookRequest(headers={"content-type": content_type, **headers}, body=raw)


def of(body: dict[str, Any]) -> WebhookRequest:
    """A body the way Slack sends it: events as JSON, clicks in a form, commands as a form."""
    if "command" in body or "ssl_check" in body:
        return request(urlencode(body), FORM)
    if body.get("type") in {"event_callback", "url_verification", "app_rate_limited"}:
        return request(json.dumps(body))
    return request(urlencode({"payload": json.dumps(body)}), FORM)


def delivery(given: dict[str, Any] | WebhookRequest, integration: str = "default") -> Delivery:
    """A kept delivery, as the inbox keeps it."""
    sent = given if isinstance(given, WebhookRequest) else of(given)
    envelope = webhook.envelope(sent)
    moment = now()
    return Delivery(
        platform="slack",
        integration=integration,
        key=envelope.key,
        event=envelope.event,
        action=envelope.action,
        request=sent,
        received_at=moment,
        due_at=moment,
    )
