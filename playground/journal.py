"""The log of both directions: requests that came in and webhooks that went out, without secrets."""

import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

KEPT_ENTRIES = 5000
KEPT_BODY_CHARACTERS = 100_000
SECRET_HEADERS = {"authorization", "cookie", "x-hub-signature", "x-hub-signature-256", "x-slack-signature"}
HIDDEN = "***"
SECRET_KEYS = {"secret", "token", "client_secret"}


class Journal:
    """The newest entries, oldest first; each has a growing `id`."""

    def __init__(self) -> None:
        self.entries: deque[dict[str, Any]] = deque(maxlen=KEPT_ENTRIES)
        self._written = 0

    def write(self, direction: str, **facts: Any) -> None:
        """Add one entry; `direction` is "in" or "out"."""
        self._written += 1
        self.entries.append({"id": self._written, "direction": direction, "at": _now(), **facts})

    def read(self) -> list[dict[str, Any]]:
        """Every entry as JSON, bodies made readable only now: writing stays quick."""
        return [entry | {"body": readable(entry["body"])} for entry in self.entries]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def visible(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with secrets hidden."""
    return {key: HIDDEN if key.lower() in SECRET_HEADERS else value for key, value in headers.items()}


def readable(body: bytes) -> Any:
    """A body as JSON without secrets, else as text, shortened; null when it is empty."""
    if not body:
        return None
    try:
        return _without_secrets(json.loads(body))
    except ValueError:
        return body[:KEPT_BODY_CHARACTERS].decode("utf-8", "replace")


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    hidden = {key: HIDDEN for key in value if key in SECRET_KEYS and value[key]}
    return {key: hidden.get(key) or _without_secrets(item) for key, item in value.items()}
