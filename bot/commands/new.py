"""`new`: start afresh, with a new branch, a new pull request and an agent that remembers nothing of this thread."""

from __future__ import annotations

from bot import keep, options
from bot.command import Ask, CommandSpec, Said, Scope
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Keep a job that ignores the thread's earlier change."""
    return await keep.job(work, ask, keep.change_request(ask, is_fresh=True))


SPEC = CommandSpec(
    verb=VerbSpec(name="new", takes_text=True, options=options.OPTIONS),
    usage="new [text] [repo= branch= agent= model= pr=]",
    summary="like fix, but afresh: new branch, new pull request, new session",
    group="agent work",
    needs=Role.WRITE,
    prepare=keep.with_context,
    scope=Scope.REPOSITORY,
    run=run,
)
