"""`ask`: a question about the code. Read only: whatever the agent changes is thrown away."""

from __future__ import annotations

from bot import keep
from bot.command import Ask, CommandSpec, Said, Scope
from bot.errors import Refused
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role
from models.job import JobRequest

EMPTY = "Ask what? `{slash} ask where is the retry policy?`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Keep a read-only job."""
    if not ask.command.text.strip():
        raise Refused(EMPTY.format(slash=ask.slash))
    typed = ask.command.options
    request = JobRequest(
        verb="ask",
        text=ask.command.text,
        agent=typed.get("agent", ""),
        model=typed.get("model", ""),
        pr="none",
        is_read_only=True,
    )
    return await keep.job(work, ask, request)


SPEC = CommandSpec(
    verb=VerbSpec(name="ask", takes_text=True, options=frozenset({"repo", "agent", "model"})),
    usage="ask <question> [repo= agent= model=]",
    summary="answer a question about the code; nothing is changed",
    group="agent work",
    needs=Role.WRITE,
    prepare=keep.with_context,
    scope=Scope.REPOSITORY,
    run=run,
)
