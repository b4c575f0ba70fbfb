"""`ping`: is anybody there?"""

from __future__ import annotations

from bot.command import Ask, CommandSpec, Said, Scope
from bot.courier import WORKERS_SILENT_SECONDS
from bot.phrases import counted
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role

PONG = "pong · {workers} at work. `{slash} help`"
ALONE = "pong · no worker is running: jobs wait. `{slash} help`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Pong, and whether anybody works."""
    alive = await work.workers.alive(WORKERS_SILENT_SECONDS)
    if not alive:
        return Said(text=ALONE.format(slash=ask.slash))
    return Said(text=PONG.format(workers=counted(len(alive), "worker host"), slash=ask.slash))


SPEC = CommandSpec(
    verb=VerbSpec(name="ping"),
    usage="ping",
    summary="is anybody there?",
    group="you and set-up",
    needs=Role.NONE,
    scope=Scope.NOWHERE,
    run=run,
)
