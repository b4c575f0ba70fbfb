"""An agent run: its task, what it says while it works, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import Field

from models.base import Noun


class AgentState(StrEnum):
    """The states of an agent run, as the shared-infrastructure document's core system names them."""

    LOADING = "loading"
    RUNNING = "running"
    AWAITING_USER_INPUT = "awaiting_user_input"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    REJECTED = "rejected"
    ERROR = "error"
    AWAITING_USER_CONFIRMATION = "awaiting_user_confirmation"
    USER_CONFIRMED = "user_confirmed"
    USER_REJECTED = "user_rejected"
    RATE_LIMITED = "rate_limited"


class AgentTask(Noun):
    """What an agent is asked. It works in `workspace`, may keep its own state in `home`, reads what lies in `readable`,
    and sees nothing else of ours.
    """

    prompt: str
    workspace: Path
    home: Path
    readable: tuple[Path, ...] = ()
    session: str | None = None  # resume this one; a session that is gone degrades to a fresh start
    model: str | None = None
    is_read_only: bool = False
    timeout_seconds: float = 3600.0
    idle_seconds: float = 600.0


class AgentEventKind(StrEnum):
    """What one line of an agent's stream is about. `RAW` is a line nobody here understands: kept, never fatal."""

    SESSION = "session"
    TEXT = "text"
    TOOL = "tool"
    TOOL_RESULT = "tool_result"
    USAGE = "usage"
    ERROR = "error"
    RAW = "raw"


class AgentEvent(Noun):
    """One thing an agent did or said."""

    kind: AgentEventKind
    text: str = ""
    data: Mapping[str, Any] = Field(default_factory=dict)


class AgentStop(StrEnum):
    """Why an agent run ended."""

    END = "end"
    BUDGET = "budget"
    TURNS = "turns"
    TIMEOUT = "timeout"
    IDLE = "idle"
    CANCELLED = "cancelled"
    DENIED = "denied"
    ERROR = "error"
    CRASHED = "crashed"


class AgentResult(Noun):
    """What an agent says came of it. Never proof of a change: only git on the host is."""

    is_ok: bool
    summary: str = ""
    session: str | None = None
    cost_usd: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    stop: AgentStop = AgentStop.END
    error: str = ""
