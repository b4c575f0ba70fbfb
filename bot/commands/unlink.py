"""`unlink`: the account it is typed with stands alone again."""

from __future__ import annotations

from bot import phrases
from bot.command import Ask, CommandSpec, Said, Scope
from bot.places import account_of
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role

ALONE = "You are linked to nobody. `{slash} link`"
DONE = "Unlinked from {others}. What was asked for goes on; new requests need a link. `{slash} link`"


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Undo the links of the account that says it."""
    others = await work.people.unlink(account_of(ask.message, ask.actor))
    if not others:
        return Said(text=ALONE.format(slash=ask.slash))
    listed = ", ".join(f"{phrases.named(each.login or each.id)} on {each.platform}" for each in others)
    return Said(text=DONE.format(others=listed, slash=ask.slash), detail=f"unlinked from {listed}")


SPEC = CommandSpec(
    verb=VerbSpec(name="unlink"),
    usage="unlink",
    summary="undo the link between your accounts",
    group="you and set-up",
    needs=Role.NONE,
    scope=Scope.NOWHERE,
    is_private=True,
    run=run,
)
