"""`whoami`: as whom you are known here, and what that allows."""

from __future__ import annotations

from bot import phrases, profiles
from bot.command import Ask, CommandSpec, Said, Scope
from bot.places import account_of
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role

LINKED = "Here you are {name} ({source} id {id}), linked to @{login} on {forge}. `{slash} unlink`"
UNLINKED = "Here you are {name} ({source} id {id}), linked to nobody on {forge}. `{slash} link`"
YOU = "You are @{login} ({source} id {id}) with role **{role}** on {place}. Here you may: {verbs}. `{slash} help`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """The immutable id, the live role, and the verbs it allows."""
    if ask.message.thread.channel:
        await work.people.rename(account_of(ask.message, ask.actor))
        return Said(text=_of_chat(ask))
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


def _of_chat(ask: Ask) -> str:
    is_linked = ask.account != ask.actor
    return (LINKED if is_linked else UNLINKED).format(
        name=phrases.named(ask.actor.display_name or ask.actor.login or ask.actor.id),
        source=ask.message.source.value,
        id=ask.actor.id,
        login=ask.account.login,
        forge=ask.services.forge().name,
        slash=ask.slash,
    )


SPEC = CommandSpec(
    verb=VerbSpec(name="whoami"),
    usage="whoami",
    summary="as whom you are known here",
    group="you and set-up",
    needs=Role.NONE,
    scope=Scope.NOWHERE,
    is_private=True,
    prepare=profiles.introduce,
    run=run,
)
