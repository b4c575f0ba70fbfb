"""What travels to the app: a payload in one of its three wrappings, and what came back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Parcel:
    """`kind` is the word that Socket Mode uses: events_api, slash_commands or interactive."""

    kind: str
    payload: dict[str, Any]

    @property
    def name(self) -> str:
        """What it is, in a log: the event's type, the command, or the interaction's type."""
        event = self.payload.get("event")
        own = event.get("type") if isinstance(event, dict) else None
        return str(own or self.payload.get("command") or self.payload.get("type") or "ssl_check")

    @property
    def content_type(self) -> str:
        """Events are JSON, everything else is a form. docs.slack.dev/apis/events-api"""
        return JSON_TYPE if self.kind == "events_api" else FORM_TYPE

    @property
    def body(self) -> bytes:
        """The bytes for HTTP; interactions are JSON inside the form's only field."""
        if self.kind == "slash_commands":
            return urlencode(self.payload).encode()
        text = json.dumps(self.payload, ensure_ascii=False, separators=(",", ":"))
        if self.kind == "interactive":
            return urlencode({"payload": text}).encode()
        return text.encode("utf-8", "replace")


@dataclass
class Attempt:
    """One try to hand over a parcel. `failure` is Slack's retry reason; None after a 2xx or an ack."""

    kind: str
    name: str
    transport: str
    number: int
    payload: dict[str, Any]
    event_id: str | None = None
    retry_reason: str | None = None
    status: int | None = None
    failure: str | None = None
    seconds: float = 0.0
    response_headers: dict[str, str] = field(default_factory=dict)
    response: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the app said that it has it."""
        return self.failure is None and self.status is not None

    def answer(self) -> dict[str, Any]:
        """The response as JSON, or as the text of a message when it is none; {} when it is empty."""
        text = self.response.strip()
        if not text:
            return {}
        try:
            found = json.loads(text)
        except ValueError:
            return {"text": self.response}
        return found if isinstance(found, dict) else {"text": self.response}
