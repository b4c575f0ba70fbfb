"""claude-stream: one JSON object a line, as Claude Code, Amp, Cursor and the scripted agent print it. Pure.

What a line says is never trusted beyond its own account: `is_error` decides, never `subtype` (a refused key ends with
subtype "success"), and success is only half of it: git on the host has the last word. A `result` is a result whatever
else is wrong with it: a run that ended must not seem to go on.
https://docs.claude.com/en/docs/claude-code/sdk/sdk-headless
"""

from __future__ import annotations

import json
import math
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
MOST_TOKENS = 2**53  # beyond it JSON's numbers are no longer exact, and nobody's account


def parse(line: bytes) -> Iterator[AgentEvent | AgentResult]:
    """What a line tells, in order. A line nobody understands is one RAW event; nothing is ever raised."""
    if not line.strip():
        return
    event = _load(line)
    if not isinstance(event, dict):
        yield _raw(line)
        return
    try:
        yield from _read(event, line)
    except (ArithmeticError, AttributeError, TypeError, ValueError, LookupError):
        # The vendors' streams grow; a known type with an unknown shape is kept as it came.
        yield _raw(line)


def _load(line: bytes) -> Any:
    """The line's JSON; None when it is none."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return _load_broken(line)


def _load_broken(line: bytes) -> Any:
    """Half an emoji, a byte that is no text, a number that is none: one bad word is lost, and not the whole line."""
    try:
        found = json.loads(
            line.decode(errors="replace"), parse_float=_finite, parse_int=_finite, parse_constant=_finite
        )
        return orjson.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


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
    usage = event.get("usage")
    account = usage if isinstance(usage, dict) else {}
    is_denied = bool(event.get("permission_denials"))
    is_ok = event.get("is_error") is False and not is_denied
    text = str(event.get("result") or "")
    return AgentResult(
        is_ok=is_ok,
        summary=text,
        session=_session(event),
        cost_usd=_cost(event.get("total_cost_usd")),
        tokens_in=_count(account.get("input_tokens")),
        tokens_out=_count(account.get("output_tokens")),
        stop=_stop(event, is_ok, is_denied),
        error="" if is_ok else _error(event, text, is_denied),
    )


def _cost(value: Any) -> float | None:
    """Dollars; None for what is no number."""
    return max(float(value), 0.0) if _is_number(value) else None


def _count(value: Any) -> int:
    """Tokens; 0 for what is no number of them."""
    return int(value) if _is_number(value) and 0 <= value <= MOST_TOKENS else 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


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
