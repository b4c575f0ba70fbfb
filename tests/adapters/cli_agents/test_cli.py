"""Agents behind command lines: the scripted agent, as a program in a box of the local runner, failing in every way."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.agents import scripted
from adapters.cli_agents import claude_stream, cli
from adapters.cli_agents.cli import CliAgent, CliRun
from adapters.processes import murmur
from adapters.runners import local
from bot.settings import Settings
from models.agent import AgentEvent, AgentEventKind, AgentResult, AgentStop, AgentTask
from tests.adapters.runners.boxes import Ground, is_running

Steps = list[dict[str, Any]]


class Stage:
    """A tree with `calc.py`, a folder of scripts, and the agent that plays them."""

    def __init__(self, folder: Path) -> None:
        self.ground = Ground(folder)
        self.scripts = folder / "scripts"
        self.scripts.mkdir()
        (self.ground.tree / "calc.py").write_text("a / b\n")
        self.agent: CliAgent = scripted.make(Settings(data_dir=folder, agent_scripts=str(self.scripts)))
        self.events: list[AgentEvent] = []

    def write(self, *parts: Steps) -> None:
        script = {"match": "(?s).*", "parts": [{"steps": steps} for steps in parts]}
        (self.scripts / "1.yaml").write_text(yaml.safe_dump(script, sort_keys=False))

    def task(self, prompt: str = "fix it", session: str | None = None, *, idle: float = 30.0) -> AgentTask:
        return AgentTask(
            prompt=prompt, workspace=self.ground.tree, home=self.ground.home, session=session,
            timeout_seconds=60, idle_seconds=idle,
        )  # fmt: skip

    async def play(self, *steps: dict[str, Any], **given: Any) -> AgentResult:
        if steps:
            self.write(list(steps))
        async with self.ground.box() as box:
            run = self.agent.run(self.task(**given), box)
            self.events = [event async for event in run]
            return await run.result()

    def texts(self, kind: AgentEventKind) -> list[str]:
        return [event.text for event in self.events if event.kind is kind]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture(autouse=True)
def _short_graces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "GRACES_SECONDS", tuple((number, 0.3) for number, _ in local.GRACES_SECONDS))


def test_the_scripted_agent_can_run_here(stage: Stage) -> None:
    assert stage.agent.check() == ""
    assert stage.agent.features == {"resume"}


def test_an_agent_that_is_not_installed_says_so() -> None:
    agent = CliAgent(name="x", argv=lambda task: ("no-such-agent",), parse=lambda line: iter(()))
    assert agent.check() == "`no-such-agent` is not installed"


async def test_success_with_edits_cost_and_a_session(stage: Stage) -> None:
    result = await stage.play(
        {"say": "Looking at calc.py"},
        {"tool": {"edit": "calc.py", "find": "a / b", "replace": "a / b if b else None"}},
        {"run": "cat calc.py"},
        {"usage": {"in": 1200, "out": 80, "cost": 0.004}},
        {"result": "Guarded it."},
    )
    assert result.is_ok
    assert (result.summary, result.stop, result.cost_usd) == ("Guarded it.", AgentStop.END, 0.004)
    assert (result.tokens_in, result.tokens_out) == (1200, 80)
    assert (stage.ground.tree / "calc.py").read_text() == "a / b if b else None\n"
    assert stage.texts(AgentEventKind.TEXT) == ["Looking at calc.py"]
    assert stage.texts(AgentEventKind.SESSION) == [result.session]
    assert stage.texts(AgentEventKind.TOOL_RESULT)[1] == "a / b if b else None\n"
    assert stage.ground.started[0][1] == "agent"


@pytest.mark.parametrize(
    ("steps", "stop", "error"),
    [
        ([{"fail": "I cannot"}], AgentStop.ERROR, "I cannot"),
        ([{"turns": "too many"}], AgentStop.TURNS, "too many"),
        ([{"budget": "spent"}], AgentStop.BUDGET, "spent"),
        ([{"deny": "rm -rf"}], AgentStop.DENIED, "it was denied its tools: rm -rf"),
        ([{"crash": 137}], AgentStop.CRASHED, "it ended with code -9 and without a result"),
        ([{"crash": 3}], AgentStop.CRASHED, "it ended with code 3 and without a result"),
        ([{"exit_early": 0}], AgentStop.CRASHED, "it ended with code 0 and without a result"),
        ([{"garbage": "npm ERR! boom"}, {"exit_early": 1}], AgentStop.CRASHED,
         "it ended with code 1 and without a result\nnpm ERR! boom"),
    ],
)  # fmt: skip
async def test_giving_up_whatever_the_exit_code_says(
    stage: Stage, steps: Steps, stop: AgentStop, error: str
) -> None:
    result = await stage.play(*steps)
    assert not result.is_ok
    assert (result.stop, result.error) == (stop, error)


async def test_a_silent_agent_is_ended_by_the_idle_watchdog(stage: Stage) -> None:
    result = await stage.play({"say": "hm"}, {"hang": True}, idle=1.5)
    assert (result.is_ok, result.stop, result.error) == (
        False,
        AgentStop.IDLE,
        "it said nothing for too long",
    )
    assert not is_running(stage.ground.started[0][0])


async def test_an_agent_that_hangs_after_its_last_word_was_good_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "AFTER_RESULT_SECONDS", 0.3)
    result = await stage.play({"hang_after_result": "Done."})
    assert (result.is_ok, result.summary) == (True, "Done.")
    assert not is_running(stage.ground.started[0][0])


async def test_garbage_between_its_lines_changes_nothing(stage: Stage) -> None:
    result = await stage.play(
        {"garbage": "npm WARN"}, {"garbage": '{"type": "assistant"'}, {"say": "fine"}, {"result": "Done."}
    )
    assert result.is_ok
    assert stage.texts(AgentEventKind.RAW) == ["npm WARN", '{"type": "assistant"']
    assert stage.texts(AgentEventKind.TEXT) == ["fine"]


async def test_a_flood_is_read_to_its_end(stage: Stage) -> None:
    result = await stage.play({"flood": 20_000}, {"result": "Done."})
    assert result.is_ok
    assert len(stage.texts(AgentEventKind.TEXT)) == 20_000


async def test_a_line_without_an_end_is_survived(stage: Stage) -> None:
    result = await stage.play({"long_line": 20 * 1024 * 1024}, {"garbage": ""}, {"result": "Done."})
    assert result.is_ok
    assert stage.texts(AgentEventKind.RAW)


async def test_a_refused_credential_does_not_wait_for_ten_retries(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    result = await stage.play({"auth_error": 401})
    assert (result.is_ok, result.stop) == (False, AgentStop.ERROR)
    assert result.error == "its model refused the credential (401)"
    assert loop.time() - began < 9  # the script itself takes ten seconds: it was stopped


async def test_a_resumed_session_plays_its_next_part(stage: Stage) -> None:
    stage.write([{"result": "first"}], [{"tool": {"write": "NOTES.md", "text": "why"}}, {"result": "second"}])
    first = await stage.play()
    second = await stage.play(session=first.session)
    assert [first.summary, second.summary] == ["first", "second"]
    assert (stage.ground.tree / "NOTES.md").read_text() == "why"
    assert second.session not in {None, first.session}


async def test_a_lost_session_is_a_cold_start_not_an_end(stage: Stage) -> None:
    stage.write([{"result": "first"}], [{"result": "second"}])
    result = await stage.play(session="00000000-0000-0000-0000-000000000000")
    assert (result.is_ok, result.summary) == (True, "first")
    assert len(stage.ground.started) == 2


async def test_a_cancel_ends_it_with_its_children(stage: Stage) -> None:
    stage.write([{"ignore_signals": True}, {"spawn": "sleep 300"}, {"say": "up"}, {"hang": True}])
    async with stage.ground.box() as box:
        run: CliRun = stage.agent.run(stage.task(), box)
        async for event in run:
            if event.text == "up":
                cancelling = asyncio.create_task(run.cancel())
        await cancelling
        result = await run.result()
    assert (result.is_ok, result.stop, result.error) == (False, AgentStop.CANCELLED, "it was stopped")


async def test_the_prompt_is_no_argument_and_nothing_of_ours_is_in_sight(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_canary0123456789")
    monkeypatch.setenv("BELLHOP_SECRET_KEY", "canary-key")
    prompt = "--help\n" + "x" * 200_000  # longer than any argument may be
    result = await stage.play({"ask_env": True}, {"result": "Looked."}, prompt=prompt)
    assert result.is_ok
    [seen] = stage.texts(AgentEventKind.TOOL_RESULT)
    assert "canary" not in seen
    assert not any(line.startswith("BELLHOP_") for line in seen.splitlines())
    assert f"HOME={stage.ground.home}" in seen
    opened = {line for line in seen.splitlines() if line.startswith("/proc/self/fd/")}
    assert {"/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"} <= opened
    assert len(opened) == 4  # and the folder that was being listed


async def test_what_somebody_typed_as_a_model_is_no_option(stage: Stage) -> None:
    stage.write([{"result": "Done."}])
    task = stage.task().model_copy(update={"model": "--help"})
    async with stage.ground.box() as box:
        run = stage.agent.run(task, box)
        events = [event async for event in run]
        result = await run.result()
    assert result.is_ok
    assert events[0].data["model"] == "--help"


async def test_before_it_ran_there_is_no_result(stage: Stage) -> None:
    async with stage.ground.box() as box:
        result = await stage.agent.run(stage.task(), box).result()
    assert (result.is_ok, result.error) == (False, "it never ran")


# Tells its story in pieces: each of its lines is broken by a warning on the other stream.
BROKEN_LINES = """
import json, sys, time
def say(event):
    line = json.dumps(event) + "\\n"
    half = len(line) // 2
    for piece in (line[:half], line[half:]):
        sys.stdout.write(piece); sys.stdout.flush()
        sys.stderr.write("npm WARN half "); sys.stderr.flush()
        time.sleep(0.05)
        sys.stderr.write("a line\\n"); sys.stderr.flush()
say({"type": "assistant", "message": {"content": "all of it"}})
"""
GOOD_END = BROKEN_LINES + "say({'type': 'result', 'is_error': False, 'result': 'Done.'})"
BAD_END = BROKEN_LINES + "sys.stderr.write('out of ' + 'cheese'); sys.exit(3)"
FLOOD = "import sys\nfor n in range(200_000): sys.stderr.write(f'{n} ' + 'x' * 90 + '\\n')\n"
FLOOD_IN_ONE_LINE = "import sys\nfor n in range(20_000): sys.stderr.write('x' * 1000)\n"


async def play_program(stage: Stage, text: str, *, idle: float = 30.0) -> AgentResult:
    """An agent whose program is `text`."""
    (stage.ground.tree / "agent.py").write_text(text)
    argv = (sys.executable, str(stage.ground.tree / "agent.py"))
    agent = CliAgent(name="x", argv=lambda task: argv, parse=claude_stream.parse)
    async with stage.ground.box() as box:
        run = agent.run(stage.task(idle=idle), box)
        stage.events = [event async for event in run]
        return await run.result()


async def test_a_warning_never_breaks_a_line_of_the_stream(stage: Stage) -> None:
    result = await play_program(stage, GOOD_END)
    assert (result.is_ok, result.summary) == (True, "Done.")
    assert stage.texts(AgentEventKind.TEXT) == ["all of it"]
    assert stage.texts(AgentEventKind.RAW) == ["npm WARN half a line"] * 4


async def test_what_an_agent_that_dies_wrote_to_standard_error_is_quoted(stage: Stage) -> None:
    result = await play_program(stage, BAD_END)
    assert (result.is_ok, result.stop) == (False, AgentStop.CRASHED)
    assert result.error.splitlines() == [
        "it ended with code 3 and without a result",
        "npm WARN half a line",
        "npm WARN half a line",
        "out of cheese",
    ]


async def test_a_result_on_standard_error_is_no_result(stage: Stage) -> None:
    line = '{"type": "result", "is_error": false, "result": "forged"}'
    result = await play_program(stage, f"import sys\nsys.stderr.write({line!r})")
    assert (result.is_ok, result.stop) == (False, AgentStop.CRASHED)


@pytest.mark.parametrize("flood", [FLOOD, FLOOD_IN_ONE_LINE])
async def test_an_agent_that_floods_standard_error_waits_for_nobody_and_fills_no_memory(
    stage: Stage, flood: str
) -> None:
    result = await play_program(stage, flood + GOOD_END.replace("import json, sys", "import json"))
    assert (result.is_ok, result.summary) == (True, "Done.")
    kept = stage.texts(AgentEventKind.RAW)
    assert len(kept) <= 5 * (murmur.MOST_LINES + 1)
    assert max(map(len, kept)) <= murmur.LONGEST_LINE_BYTES
    assert any("left out" in text for text in kept)


async def test_words_on_standard_error_are_no_silence(stage: Stage) -> None:
    talk = "import sys, time\nfor n in range(8): sys.stderr.write('still here\\n'); sys.stderr.flush(); time.sleep(0.5)"
    result = await play_program(stage, talk, idle=1.5)
    assert result.stop is AgentStop.CRASHED
    assert stage.texts(AgentEventKind.RAW) == ["still here"] * 8
