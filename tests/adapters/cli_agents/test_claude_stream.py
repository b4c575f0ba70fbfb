"""claude-stream, line by line: what Claude Code, Amp and Cursor were seen to print, and what nobody should."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.cli_agents.claude_stream import LONGEST_RAW, parse
from models.agent import AgentEvent, AgentEventKind, AgentResult, AgentStop

INIT = {
    "type": "system",
    "subtype": "init",
    "session_id": "3f1c",
    "model": "m-1",
    "tools": ["Bash"],
    "mcp_servers": [],
}
RESULT = {
    "type": "result", "subtype": "success", "is_error": False, "duration_ms": 1200, "num_turns": 3,
    "result": "Guarded it.", "session_id": "3f1c", "total_cost_usd": 0.0412,
    "usage": {"input_tokens": 1200, "output_tokens": 80, "cache_read_input_tokens": 7}, "permission_denials": [],
}  # fmt: skip


def read(event: Any) -> list[AgentEvent | AgentResult]:
    return list(parse(json.dumps(event).encode()))


def one(event: Any) -> AgentEvent | AgentResult:
    [found] = read(event)
    return found


def result(**fields: Any) -> AgentResult:
    found = one(RESULT | fields)
    assert isinstance(found, AgentResult)
    return found


def said(*blocks: Any) -> dict[str, Any]:
    return {
        "type": "assistant",
        "session_id": "3f1c",
        "message": {"role": "assistant", "content": list(blocks)},
    }


def test_a_run_begins_with_its_session() -> None:
    found = one(INIT)
    assert isinstance(found, AgentEvent)
    assert (found.kind, found.text, found.data["model"]) == (AgentEventKind.SESSION, "3f1c", "m-1")


def test_words_and_tool_calls_come_in_order() -> None:
    found = read(
        said(
            {"type": "text", "text": "Looking at calc.py"},
            {"type": "tool_use", "id": "toolu_1", "name": "Edit", "input": {"file_path": "calc.py"}},
        )
    )
    assert [(event.kind, event.text) for event in found if isinstance(event, AgentEvent)] == [
        (AgentEventKind.TEXT, "Looking at calc.py"),
        (AgentEventKind.TOOL, 'Edit {"file_path":"calc.py"}'),
    ]


def test_words_may_come_as_a_bare_string() -> None:
    found = one({"type": "assistant", "message": {"content": "hello"}})
    assert isinstance(found, AgentEvent)
    assert (found.kind, found.text) == (AgentEventKind.TEXT, "hello")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("12 passed", "12 passed"),
        ([{"type": "text", "text": "x"}], '[{"type":"text","text":"x"}]'),
        (None, ""),
    ],
)
def test_what_a_tool_returned(content: Any, text: str) -> None:
    block = {"type": "tool_result", "tool_use_id": "toolu_1", "content": content, "is_error": True}
    found = one({"type": "user", "message": {"role": "user", "content": [block]}})
    assert isinstance(found, AgentEvent)
    assert (found.kind, found.text) == (AgentEventKind.TOOL_RESULT, text)
    assert found.data == {"id": "toolu_1", "is_error": True}


def test_a_good_result() -> None:
    found = result()
    assert found == AgentResult(
        is_ok=True, summary="Guarded it.", session="3f1c", cost_usd=0.0412, tokens_in=1200, tokens_out=80
    )


@pytest.mark.parametrize(
    ("fields", "stop", "error"),
    [
        # A refused key: "success" says the subtype, and is_error is what counts.
        ({"is_error": True, "api_error_status": 401, "result": "Invalid API key"}, AgentStop.ERROR, "Invalid API key"),
        ({"is_error": True, "subtype": "error_x", "result": "", "errors": ["a", "b"]}, AgentStop.ERROR, "a; b"),
        ({"is_error": True, "subtype": "error_max_turns", "result": None}, AgentStop.TURNS, "error_max_turns"),
        ({"is_error": True, "subtype": "error_max_budget_usd", "result": ""}, AgentStop.BUDGET, "error_max_budget_usd"),
        ({"permission_denials": [{"tool_name": "Bash"}], "result": "No."}, AgentStop.DENIED, "denied its tools: No."),
        ({"is_error": None}, AgentStop.ERROR, "Guarded it."),
        ({"is_error": "false"}, AgentStop.ERROR, "Guarded it."),
        ({"is_error": True, "subtype": "error_during_execution", "result": "No conversation found with session ID: x"},
         AgentStop.ERROR, "No conversation found with session ID: x"),
    ],
)  # fmt: skip
def test_a_bad_result_whatever_its_subtype_says(fields: dict[str, Any], stop: AgentStop, error: str) -> None:
    found = result(**fields)
    assert not found.is_ok
    assert found.stop is stop
    assert found.error.endswith(error)


def test_a_result_without_is_error_is_no_success() -> None:
    bare = {key: value for key, value in RESULT.items() if key != "is_error"}
    found = one(bare)
    assert isinstance(found, AgentResult)
    assert not found.is_ok


@pytest.mark.parametrize("cost", [None, "0.1", [], {"usd": 1}])
def test_a_cost_that_is_no_number_is_unknown(cost: Any) -> None:
    assert result(total_cost_usd=cost).cost_usd is None


@pytest.mark.parametrize("session", ["--help", "-x", "", "a b", "x" * 201, "a\n", 5, None, {"a": 1}])
def test_a_session_that_could_be_an_option_is_none(session: Any) -> None:
    assert result(session_id=session).session is None
    found = one(INIT | {"session_id": session})
    assert isinstance(found, AgentEvent)
    assert found.text == ""


@pytest.mark.parametrize(
    "field",
    [
        b'"usage":{"input_tokens":1e999}',
        b'"usage":{"input_tokens":1e30}',
        b'"usage":{"input_tokens":' + b"9" * 5000 + b"}",
        b'"total_cost_usd":1e999',
        b'"total_cost_usd":NaN',
        b'"total_cost_usd":true',
        b'"usage":[null]',
        b'"usage":5',
        b'"usage":{"input_tokens":"many","output_tokens":[]}',
    ],
)
def test_a_result_with_a_malformed_account_is_a_result_without_it(field: bytes) -> None:
    [found] = parse(
        b'{"type":"result","is_error":false,"result":"Guarded it.","session_id":"3f1c",' + field + b"}"
    )
    assert found == AgentResult(is_ok=True, summary="Guarded it.", session="3f1c")


@pytest.mark.parametrize(
    ("text", "read"), [(rb"half of \ud83d an emoji", "half of ? an emoji"), (b"\xff bytes", "\ufffd bytes")]
)
def test_a_result_whose_words_are_broken_is_a_result(text: bytes, read: str) -> None:
    [found] = parse(b'{"type":"result","is_error":false,"result":"' + text + b'"}')
    assert found == AgentResult(is_ok=True, summary=read)


@pytest.mark.parametrize("denials", [{"tool_name": "Bash"}, "Bash", [None]])
def test_whatever_was_denied_is_no_success(denials: Any) -> None:
    assert result(permission_denials=denials).stop is AgentStop.DENIED


def test_nobody_is_paid_for_working() -> None:
    found = result(total_cost_usd=-3, usage={"input_tokens": -5, "output_tokens": -1})
    assert (found.cost_usd, found.tokens_in, found.tokens_out) == (0.0, 0, 0)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_the_end_at_its_first_retry(status: int) -> None:
    retry = {
        "type": "system",
        "subtype": "api_retry",
        "attempt": 1,
        "error_status": status,
        "session_id": "3f1c",
    }
    found = one(retry)
    assert isinstance(found, AgentResult)
    assert (found.is_ok, found.stop, found.session) == (False, AgentStop.ERROR, "3f1c")
    assert str(status) in found.error


@pytest.mark.parametrize("status", [429, 500, 529, None])
def test_other_retries_are_only_told(status: int | None) -> None:
    found = one({"type": "system", "subtype": "api_retry", "error_status": status, "error": "overloaded"})
    assert isinstance(found, AgentEvent)
    assert (found.kind, found.text) == (AgentEventKind.ERROR, "retrying: overloaded")


@pytest.mark.parametrize(
    "line",
    [
        b"npm warn deprecated",
        b"{",
        b'{"type": "assistant", "message": {"content": [{"type": "te',
        b"[]",
        b"null",
        b"42",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"type": "stream_event", "event": {}}',
        b'{"type": "system", "subtype": "hook_started"}',
        b'{"type": "assistant"}',
        b'{"type": "assistant", "message": null}',
        b'{"type": "assistant", "message": {"content": 5}}',
        b'{"type": "assistant", "message": {"content": [5]}}',
        b'{"type": "assistant", "message": {"content": [{"type": "tool_use"}]}}',
        b'{"type": "user", "message": {"content": [null]}}',
        b'{"type": "system", "subtype": "api_retry", "error_status": "soon"}',
        b'{"type": {"a": 1}}',
    ],
)
def test_what_nobody_understands_is_kept_as_it_came(line: bytes) -> None:
    [found] = parse(line)
    assert isinstance(found, AgentEvent)
    assert found.kind is AgentEventKind.RAW
    assert found.text == line.decode(errors="replace")


@pytest.mark.parametrize("line", [b"", b"  ", b"\r"])
def test_nothing_is_nothing(line: bytes) -> None:
    assert list(parse(line)) == []


def test_a_huge_line_is_kept_in_part() -> None:
    [found] = parse(b"x" * 16 * 1024 * 1024)
    assert isinstance(found, AgentEvent)
    assert len(found.text) == LONGEST_RAW


def test_a_deep_line_is_no_bomb() -> None:
    assert len(list(parse(b'{"type":' + b"[" * 100_000))) == 1
    [found] = parse(b'{"type":"result","usage":' + b"[" * 500 + b"]" * 500 + b"}")
    assert isinstance(found, AgentResult)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
FIELDS = (
    "session_id", "message", "result", "is_error", "usage", "permission_denials", "errors", "total_cost_usd",
    "error_status",
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["system", "assistant", "user", "result", "other"]),
    st.sampled_from(["init", "api_retry", "success", "error_max_turns", None]),
    st.dictionaries(st.sampled_from(FIELDS), ANYTHING),
)
def test_no_shape_ever_raises(type: str, subtype: str | None, fields: dict[str, Any]) -> None:
    line = json.dumps({"type": type, "subtype": subtype} | fields).encode()
    found = list(parse(line))
    ends = [each for each in found if isinstance(each, AgentResult)]
    assert len(ends) == (type == "result"), "a line that says so ends a run, once, and no other"
    for each in found:
        assert isinstance(each, AgentEvent | AgentResult)
        assert each.model_validate_json(each.model_dump_json()) == each


@given(st.lists(ANYTHING, max_size=3))
def test_no_content_ever_raises(blocks: list[Any]) -> None:
    kinds = ("text", "tool_use", "tool_result")
    for kind in kinds:
        shaped = [
            {"type": kind, "text": block, "name": block, "input": block, "content": block} for block in blocks
        ]
        for role in ("assistant", "user"):
            found = list(parse(json.dumps({"type": role, "message": {"content": shaped + blocks}}).encode()))
            assert all(isinstance(each, AgentEvent) for each in found), "content alone ends nothing"
            assert len(found) <= len(shaped + blocks), "a block is one event at most"
            assert [AgentEvent.model_validate_json(each.model_dump_json()) for each in found] == found


@given(st.binary(max_size=200))
def test_no_bytes_ever_raise(line: bytes) -> None:
    found = list(parse(line))
    assert not any(isinstance(each, AgentResult) for each in found), "noise never ends a run"
    assert found == list(parse(line))
