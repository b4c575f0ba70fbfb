"""`fix`, `ask`, `new`, `retry` and `undo` all keep a job. This one resolves an issue, or does what was asked."""

from __future__ import annotations

from bot import keep, options
from bot.command import Ask, CommandSpec, Said, Scope
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Keep a job that works on this thread's change, or begins one."""
    return await keep.job(work, ask, keep.change_request(ask))


SPEC = CommandSpec(
    verb=VerbSpec(name="fix", takes_text=True, options=options.OPTIONS),
    usage="fix [text] [repo= branch= agent= model= pr=draft|ready|none]",
    summary="resolve this issue, or do what the text says, and open a pull request",
    group="agent work",
    needs=Role.WRITE,
    prepare=keep.with_context,
    scope=Scope.REPOSITORY,
    run=run,
)
