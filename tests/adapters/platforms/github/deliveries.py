"""Deliveries for tests: the repository's own fixtures, and variations of them."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from models.base import now
from models.delivery import Delivery, WebhookRequest

FIXTURES = Path(__file__).parents[3] / "fixtures" / "github"
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


def request(event: str, body: bytes, **headers: str) -> WebhookRequest:
    """A delivery's request; a header given as "" is left out. `content_type` stands for `content-type`."""
    given = {"content-type": "application/json", "x-github-event": event, "x-github-delivery": "d-1"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return WebhookRequest(headers={name: value for name, value in given.items() if value}, body=body)


def delivery(event: str, body: dict[str, Any], integration: str = "default") -> Delivery:
    """A kept delivery."""
    moment = now()
    return Delivery(
        platform="github",
        integration=integration,
        key="d-1",
        event=event,
        action=body.get("action") or "",
        request=request(event, json.dumps(body).encode()),
        received_at=moment,
        due_at=moment,
    )
