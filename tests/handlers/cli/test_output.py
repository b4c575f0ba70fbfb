"""What the command line prints moves no cursor, and is JSON where JSON was asked for."""

from __future__ import annotations

import json

import pytest

from handlers.cli import output

HOSTILE = "\x1b[2J\x1b]0;owned\x07\r\nfake  line\u202e\u2028\x9b"


def test_a_table_has_its_columns_one_under_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    output.table([{"id": 1, "event": "push"}, {"id": 10, "event": None}], ("id", "event"))
    assert capsys.readouterr().out == "id  event\n1   push\n10\n"


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    output.table([], ("id", "event"))
    assert capsys.readouterr().out == "none\n"


def test_facts_leave_out_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    output.facts({"a": None, "b": "", "c": 0, "d": False, "e": []})
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [["c", "0"], ["d", "False"]]


@pytest.mark.parametrize("how", ["table", "facts", "line"])
def test_a_hostile_value_stays_on_its_line(how: str, capsys: pytest.CaptureFixture[str]) -> None:
    if how == "table":
        output.table([{"x": HOSTILE}], ("x",))
    elif how == "facts":
        output.facts({"x": HOSTILE})
    else:
        output.line(HOSTILE)
    out = capsys.readouterr().out.rstrip("\n")
    lines = out.split("\n")[1:] if how == "table" else out.split("\n")
    assert len(lines) == 1
    assert lines[0].isprintable()


def test_a_block_keeps_its_lines_and_shows_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    output.block(f"one\n\ttwo {HOSTILE}")
    out = capsys.readouterr().out
    assert out.startswith("one\n\ttwo \\x1b[2J\\x1b]0;owned\\x07\\r\nfake  line\\u202e\\u2028\\x9b")


def test_json_is_json_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    output.as_json({"x": HOSTILE})
    out = capsys.readouterr().out
    assert json.loads(out) == {"x": HOSTILE}
    assert "\x1b" not in out
