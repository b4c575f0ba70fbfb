"""`whoami`: as whom you are known here, and what that allows."""

from __future__ import annotations

from bot.command import Ask, CommandSpec, Said
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role

YOU = "You are @{login} ({source} id {id}) with role **{role}** on {place}. Here you may: {verbs}. `{slash} help`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """The immutable id, the live role, and the verbs it allows."""
    verbs = ", ".join(f"`{name}`" for name, spec in ask.registry.items() if ask.role >= spec.needs)
    return Said(
        text=YOU.format(
            login=ask.actor.login,
            source=ask.message.source.value,
            id=ask.actor.id,
            role=ask.role.label,
            place=ask.place,
            verbs=verbs,
            slash=ask.slash,
        )
    )


SPEC = CommandSpec(
    verb=VerbSpec(name="whoami"),
    usage="whoami",
    summary="as whom you are known here",
    group="you and set-up",
    needs=Role.NONE,
    run=run,
)
