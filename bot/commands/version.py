"""`version`: which release answers."""

from __future__ import annotations

from bot.command import Ask, CommandSpec, Said, Scope
from bot.ports import UnitOfWork
from bot.release import VERSION
from models.command import VerbSpec
from models.identity import Role

TEXT = "Bellhop {version}. `{slash} help`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """The release."""
    return Said(text=TEXT.format(version=VERSION, slash=ask.slash))


SPEC = CommandSpec(
    verb=VerbSpec(name="version"),
    usage="version",
    summary="which release answers",
    group="you and set-up",
    needs=Role.NONE,
    scope=Scope.NOWHERE,
    run=run,
)
