"""claude-stream: one JSON object a line, as Claude Code, Amp, Cursor and the scripted agent print it. Pure.

What a line says is never trusted beyond its own account: `is_error` decides, never `subtype` (a refused key ends with
subtype "success"), and success is only half of it: git on the host has the last word.
https://docs.claude.com/en/docs/claude-code/sdk/sdk-headless
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from models.agent import AgentEvent, AgentEventKind, AgentResult, AgentStop

FATAL_STATUSES = {401, 403}
REFUSED = "its model refused the credential ({status})"
STOPS = {
    "error_max_turns": AgentStop.TURNS,
    "error_max_budget_usd": AgentStop.BUDGET,
}
NO_SESSION = "No conversation found"
SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}")
LONGEST_RAW = 4000


def parse(line: bytes) -> Iterator[AgentEvent | AgentResult]:
    """What a line tells, in order. A line nobody understands is one RAW event; nothing is ever raised."""
    if not line.strip():
        return
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        event = None
    if not isinstance(event, dict):
        yield _raw(line)
        return
    try:
        yield from _read(event, line)
    except (ArithmeticError, AttributeError, TypeError, ValueError, LookupError):
        # The vendors' streams grow; a known type with an unknown shape is kept as it came.
        yield _raw(line)


def _read(event: dict[str, Any], line: bytes) -> Iterator[AgentEvent | AgentResult]:
    kind, subtype = event.get("type"), event.get("subtype")
    if kind == "system" and subtype == "init":
        data = {"model": str(event.get("model") or "")}
        yield AgentEvent(kind=AgentEventKind.SESSION, text=_session(event) or "", data=data)
    elif kind == "system" and subtype == "api_retry":
        yield from _retry(event)
    elif kind == "assistant":
        yield from _said(event["message"]["content"])
    elif kind == "user":
        yield from _returned(event["message"]["content"])
    elif kind == "result":
        yield _result(event)
    else:
        yield _raw(line)


def _retry(event: dict[str, Any]) -> Iterator[AgentEvent | AgentResult]:
    status = int(event.get("error_status") or 0)
    if status in FATAL_STATUSES:
        # It would go on retrying for minutes what can never succeed.
        error = REFUSED.format(status=status)
        yield AgentResult(is_ok=False, stop=AgentStop.ERROR, error=error, session=_session(event))
        return
    yield AgentEvent(kind=AgentEventKind.ERROR, text=f"retrying: {event.get('error') or status}")


def _said(content: Any) -> Iterator[AgentEvent]:
    for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
        if block["type"] == "text":
            yield AgentEvent(kind=AgentEventKind.TEXT, text=str(block["text"]))
        elif block["type"] == "tool_use":
            given = orjson.dumps(block.get("input") or {}, default=str).decode()
            yield AgentEvent(
                kind=AgentEventKind.TOOL, text=f"{block['name']} {given}", data={"id": block.get("id")}
            )


def _returned(content: Any) -> Iterator[AgentEvent]:
    for block in [] if isinstance(content, str) else content:
        if block["type"] == "tool_result":
            text = block.get("content") or ""
            shown = text if isinstance(text, str) else orjson.dumps(text, default=str).decode()
            data = {"id": block.get("tool_use_id"), "is_error": bool(block.get("is_error"))}
            yield AgentEvent(kind=AgentEventKind.TOOL_RESULT, text=shown, data=data)


def _result(event: dict[str, Any]) -> AgentResult:
    usage = event.get("usage") or {}
    is_denied = bool(event.get("permission_denials"))
    is_ok = event.get("is_error") is False and not is_denied
    text = str(event.get("result") or "")
    cost = event.get("total_cost_usd")
    return AgentResult(
        is_ok=is_ok,
        summary=text,
        session=_session(event),
        cost_usd=max(float(cost), 0.0) if isinstance(cost, int | float) else None,
        tokens_in=max(int(usage.get("input_tokens") or 0), 0),
        tokens_out=max(int(usage.get("output_tokens") or 0), 0),
        stop=_stop(event, is_ok, is_denied),
        error="" if is_ok else _error(event, text, is_denied),
    )


def _session(event: dict[str, Any]) -> str | None:
    """What will be handed to `--resume` one day: an id, and nothing that could be taken for an option."""
    session = event.get("session_id")
    return session if isinstance(session, str) and SESSION.fullmatch(session) else None


def _stop(event: dict[str, Any], is_ok: bool, is_denied: bool) -> AgentStop:
    if is_ok:
        return AgentStop.END
    if is_denied:
        return AgentStop.DENIED
    return STOPS.get(str(event.get("subtype")), AgentStop.ERROR)


def _error(event: dict[str, Any], text: str, is_denied: bool) -> str:
    if is_denied:
        return f"it was denied its tools: {text}"
    errors = event.get("errors")
    return (
        text or "; ".join(map(str, errors if isinstance(errors, list) else [])) or str(event.get("subtype"))
    )


def _raw(line: bytes) -> AgentEvent:
    return AgentEvent(kind=AgentEventKind.RAW, text=line[:LONGEST_RAW].decode(errors="replace"))
