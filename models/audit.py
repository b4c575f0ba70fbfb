"""Audit rows: who did what, appended in the transaction that decided it. Sealing them into a chain is a later step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from models.base import Moment, Noun


class AuditRecord(Noun):
    """One decision. `seal` stays empty until a sealer chains the row."""

    id: int = 0
    at: Moment
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any] = Field(default_factory=dict)
    request_id: str = ""
    seal: str | None = None
