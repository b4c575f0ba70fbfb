"""The scripted agent as a program of its own: its arguments, its sessions, every verb of its scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

Steps = list[dict[str, Any]]


class Program:
    """Runs it in a folder."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.scripts = folder / "scripts"
        self.tree.mkdir()
        self.scripts.mkdir()

    def write(self, name: str, match: str, *parts: Steps, mode: str = "", where: str = "") -> None:
        data: dict[str, Any] = {"match": match} | ({"mode": mode} if mode else {})
        data |= {"where": where} if where else {}
        data |= {"steps": parts[0]} if len(parts) == 1 else {"parts": [{"steps": part} for part in parts]}
        (self.scripts / f"{name}.yaml").write_text(yaml.safe_dump(data, sort_keys=False))

    def run(
        self, prompt: str = "fix it", *arguments: str, timeout: float = 30
    ) -> subprocess.CompletedProcess[str]:
        fixed: list[str] = [
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--permission-mode",
            "acceptEdits",
        ]
        fixed += ["--scripts", str(self.scripts)]
        env = {"PATH": os.environ["PATH"]}
        return subprocess.run(
            [sys.executable, "-m", "playground.agent", *fixed, *arguments], input=prompt, env=env, cwd=self.tree,
            capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def play(
        self, *steps: dict[str, Any], prompt: str = "fix it", match: str = "(?s).*"
    ) -> list[dict[str, Any]]:
        """The stream's events of one script."""
        self.write("1", match, list(steps))
        return events(self.run(prompt))


def events(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.stdout, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def tool_results(stream: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    blocks = [event["message"]["content"][0] for event in stream if event["type"] == "user"]
    return [(block["content"], block["is_error"]) for block in blocks]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_it_begins_with_its_session_and_ends_with_its_result(program: Program) -> None:
    program.write(
        "1", "fix", [{"say": "Looking"}, {"usage": {"in": 5, "out": 2, "cost": 0.5}}, {"result": "Done."}]
    )
    done = program.run("fix it", "--model", "m-7")
    first, said, last = events(done)
    assert done.returncode == 0
    assert (first["type"], first["subtype"], first["model"]) == ("system", "init", "m-7")
    assert uuid.UUID(first["session_id"])
    assert said["message"]["content"] == [{"type": "text", "text": "Looking"}]
    assert (last["type"], last["subtype"], last["is_error"], last["result"]) == (
        "result",
        "success",
        False,
        "Done.",
    )
    assert (last["session_id"], last["total_cost_usd"]) == (first["session_id"], 0.5)
    assert last["usage"] == {"input_tokens": 5, "output_tokens": 2}


def test_the_first_script_that_matches_is_played_in_the_order_of_names(program: Program) -> None:
    program.write("2", "login", [{"result": "two"}])
    program.write("1", "LOGIN", [{"result": "one"}])
    program.write("3", ".", [{"result": "three"}])
    assert events(program.run("the login test"))[-1]["result"] == "one"
    assert events(program.run("the cart"))[-1]["result"] == "three"


def test_a_script_may_be_for_folders_that_hold_a_path(program: Program) -> None:
    program.write("1", "test", [{"result": "the shop's"}], where="shop/prices.py")
    program.write("2", "test", [{"result": "the library's"}], where="library/shelves.py")
    program.write("3", "test", [{"result": "anybody's"}])
    assert events(program.run("the failing test"))[-1]["result"] == "anybody's"
    (program.tree / "library").mkdir()
    (program.tree / "library" / "shelves.py").write_text("")
    assert events(program.run("the failing test"))[-1]["result"] == "the library's"


def test_a_prompt_in_no_script_is_admitted(program: Program) -> None:
    program.write("1", "never", [{"result": "x"}])
    done = program.run("something else")
    assert done.returncode == 0
    assert "in none of them" in events(done)[-1]["result"]


def test_a_session_plays_one_part_after_the_other_and_stays_with_the_last(program: Program) -> None:
    program.write("1", "fix", [{"result": "one"}], [{"result": "two"}])
    session, said = "", []
    for _ in range(3):
        stream = events(program.run("fix it", *(["--resume", session] if session else [])))
        said.append(stream[-1]["result"])
        session = stream[0]["session_id"]
    assert said == ["one", "two", "two"]


def test_sessions_are_the_same_everywhere_and_differ_by_part(program: Program) -> None:
    program.write("1", "fix", [{"result": "one"}], [{"result": "two"}])
    first = events(program.run())[0]["session_id"]
    assert events(program.run())[0]["session_id"] == first
    assert events(program.run("go on", "--resume", first))[0]["session_id"] != first


def result_of(program: Program, prompt: str, mode: str, resume: str = "") -> tuple[str, str]:
    """The result's words, and the session."""
    resumed = ("--resume", resume) if resume else ()
    first, *_, last = events(program.run(prompt, "--permission-mode", mode, *resumed))
    assert first["permissionMode"] == mode
    return last["result"], first["session_id"]


def test_a_question_is_answered_by_a_script_of_its_own_and_leaves_the_conversation_where_it_was(
    program: Program,
) -> None:
    program.write("0-answer", "fix", [{"result": "It is there."}], mode="plan")
    program.write("1-fix", "fix", [{"result": "Fixed."}], [{"result": "Written down."}])
    words, alone = result_of(program, "fix?", "plan")
    assert words == "It is there."
    assert result_of(program, "fix", "acceptEdits", alone)[0] == "Fixed."
    words, session = result_of(program, "fix", "acceptEdits")
    assert words == "Fixed."
    assert result_of(program, "fix?", "plan", session) == ("It is there.", session)
    assert result_of(program, "fix", "acceptEdits", session)[0] == "Written down."


def test_a_session_nobody_had_is_an_error_in_the_stream(program: Program) -> None:
    done = program.run("fix", "--resume", "nope")
    assert done.returncode == 1
    last = events(done)[-1]
    assert last["is_error"] is True
    assert last["result"] == "No conversation found with session ID: nope"


def test_words_of_the_match_fill_the_steps(program: Program) -> None:
    [_, *_, last] = program.play(
        {"tool": {"write": "{file}.txt", "text": "for {file}"}}, {"result": "Wrote {file}, not {other}."},
        prompt="please write notes now", match=r"write (?P<file>\w+)",
    )  # fmt: skip
    assert last["result"] == "Wrote notes, not {other}."
    assert (program.tree / "notes.txt").read_text() == "for notes"


def test_files_are_really_edited_written_read_and_deleted(program: Program) -> None:
    (program.tree / "calc.py").write_text("a / b a / b")
    (program.tree / "old.py").write_text("old")
    stream = program.play(
        {"tool": {"edit": "calc.py", "find": "a / b", "replace": "c"}},
        {"tool": {"write": "deep/er/new.py", "text": "new"}},
        {"tool": {"read": "calc.py"}},
        {"tool": {"delete": "old.py"}},
        {"result": "Done."},
    )
    assert tool_results(stream) == [
        ("edited", False),
        ("written", False),
        ("c a / b", False),
        ("deleted", False),
    ]
    assert (program.tree / "deep/er/new.py").read_text() == "new"
    assert not (program.tree / "old.py").exists()


def test_a_tool_that_cannot_says_so_and_the_play_goes_on(program: Program) -> None:
    stream = program.play(
        {"tool": {"edit": "none.py", "find": "a", "replace": "b"}},
        {"tool": {"write": "../outside", "text": "x"}},
        {"run": "echo out; echo err >&2; exit 3"},
        {"result": "Done."},
    )
    results = tool_results(stream)
    assert [is_error for _, is_error in results] == [True, True, True]
    assert "outside of the workspace" in results[1][0]
    assert results[2][0] == "out\nerr\n"
    assert not (program.tree.parent / "outside").exists()
    assert stream[-1]["result"] == "Done."


@pytest.mark.parametrize(
    ("step", "code", "subtype"),
    [
        ({"fail": "no"}, 1, "error_during_execution"),
        ({"turns": "no"}, 1, "error_max_turns"),
        ({"budget": "no"}, 1, "error_max_budget_usd"),
    ],
)
def test_failing_with_a_result(program: Program, step: dict[str, Any], code: int, subtype: str) -> None:
    program.write("1", ".", [step])
    done = program.run()
    last = events(done)[-1]
    assert (done.returncode, last["subtype"], last["is_error"], last["errors"]) == (
        code,
        subtype,
        True,
        ["no"],
    )


def test_denied_tools_end_with_code_0(program: Program) -> None:
    program.write("1", ".", [{"deny": "rm -rf"}])
    done = program.run()
    last = events(done)[-1]
    assert (done.returncode, last["is_error"]) == (0, False)
    assert last["permission_denials"] == [{"tool_name": "Bash", "tool_input": {"command": "rm -rf"}}]


@pytest.mark.parametrize(
    ("step", "code"),
    [({"crash": 137}, -9), ({"crash": 143}, -15), ({"crash": 7}, 7), ({"exit_early": 0}, 0)],
)
def test_ending_without_a_result(program: Program, step: dict[str, Any], code: int) -> None:
    program.write("1", ".", [{"say": "up"}, step, {"result": "never"}])
    done = program.run()
    assert done.returncode == code
    assert [event["type"] for event in events(done)] == ["system", "assistant"]


def test_garbage_floods_and_long_lines(program: Program) -> None:
    program.write(
        "1",
        ".",
        [{"garbage": "npm WARN"}, {"flood": 100}, {"long_line": 5000}, {"garbage": ""}, {"result": "x"}],
    )
    lines = program.run().stdout.splitlines()
    assert lines[1] == "npm WARN"
    assert len(lines) == 1 + 1 + 100 + 1 + 1
    assert lines[102] == "x" * 5000


@pytest.mark.parametrize("step", [{"hang": True}, {"hang_after_result": "Done."}])
def test_hanging(program: Program, step: dict[str, Any]) -> None:
    program.write("1", ".", [step])
    with pytest.raises(subprocess.TimeoutExpired) as late:
        program.run(timeout=2)
    said = (late.value.stdout or b"").decode()
    assert ("Done." in said) is ("hang_after_result" in step)


@pytest.mark.parametrize(
    "text",
    [
        "match: [",
        "steps: []",
        "match: x",
        "match: '('\nsteps: []",
        "- a",
        "match: 5\nsteps: []",
        "match: x\nsteps: 5",
    ],
)
def test_a_broken_script_is_named(program: Program, text: str) -> None:
    (program.scripts / "7.yaml").write_text(text)
    done = program.run()
    assert done.returncode == 1
    assert done.stderr.startswith("reading the script 7.yaml: ")
    assert "Traceback" not in done.stderr


def test_an_unknown_step_is_named(program: Program) -> None:
    program.write("1", ".", [{"dance": "tango"}])
    done = program.run()
    assert "nobody knows the step 'dance'" in done.stderr


def test_unknown_arguments_are_refused_and_known_ones_taken(program: Program) -> None:
    program.write("1", ".", [{"result": "x"}])
    assert program.run("x", "--allowedTools", "Bash,Edit", "--max-budget-usd", "2").returncode == 0
    assert program.run("x", "--dangerously-anything").returncode == 2
