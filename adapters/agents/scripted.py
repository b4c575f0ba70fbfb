"""The scripted agent, as any other agent: a program somewhere, its arguments, its stream. It knows no script."""

from __future__ import annotations

import sys

from adapters.cli_agents import claude_stream
from adapters.cli_agents.cli import CliAgent
from bot.settings import Settings
from models.agent import AgentTask

# The program is installed beside this interpreter; naming the interpreter works in a checkout too.
# `-P`: not from the folder it works in, whose own `playground` could pass for it.
PROGRAM = (sys.executable, "-P", "-m", "playground.agent")


def make(settings: Settings) -> CliAgent:
    """`BELLHOP_AGENT_SCRIPTS` says which scripts it plays."""

    def argv(task: AgentTask) -> tuple[str, ...]:
        fixed = (
            *PROGRAM,
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--permission-mode",
            "plan" if task.is_read_only else "acceptEdits",
        )
        model = (f"--model={task.model}",) if task.model else ()
        # What lies outside the folder it works in it may read only when it is told so, as with the agents it plays.
        # https://docs.claude.com/en/docs/claude-code/cli-reference#cli-flags
        readable = (word for folder in task.readable for word in ("--add-dir", str(folder)))
        resume = ("--resume", task.session) if task.session else ()
        scripts = ("--scripts", settings.agent_scripts) if settings.agent_scripts else ()
        return (*fixed, *scripts, *readable, *model, *resume)

    return CliAgent(
        name="scripted",
        argv=argv,
        parse=claude_stream.parse,
        lost_session=claude_stream.NO_SESSION,
        features=frozenset({"resume"}),
    )
