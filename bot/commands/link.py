"""`link`: one person on two platforms. A chat tells a code to them alone, the forge takes it."""

from __future__ import annotations

from bot import linking, phrases, profiles, prompts
from bot.command import Ask, CommandSpec, Said, Scope
from bot.errors import Refused
from bot.places import account_of
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role

NO_CODE = "I link accounts of a chat to yours here. Ask there for a code with `/{name} link`, then: `{slash} link CODE`"
WRONG_CODE = (
    "That code is none of mine, was used, or is too old. Ask for a new one on your chat: `/{name} link`"
)
LINKED = "Linked: {other} on {platform} is @{login} here. `{slash} whoami`"
GOES_ON = " What you asked for there goes on."


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """On a chat a code, for its author's eyes; on a forge what became of one."""
    if ask.message.thread.channel:
        linked = ask.account if ask.account != ask.actor else None
        invitation = linking.invite(ask.services, ask.message, ask.actor, linked)
        await prompts.settle_codes(work, invitation.kept.account, prompts.NEWER)
        await work.people.offer(invitation.kept)
        await linking.show(work, ask.message, invitation, invitation.text)
        return Said(is_private=True, detail="told a code")
    return await _redeem(work, ask)


async def _redeem(work: UnitOfWork, ask: Ask) -> Said:
    name = ask.services.settings.name
    if not ask.command.args:
        raise Refused(NO_CODE.format(name=name, slash=ask.slash))
    own = account_of(ask.message, ask.actor)
    used = await work.people.redeem(linking.digest(ask.command.args[0]), own)
    if used is None:
        raise Refused(WRONG_CODE.format(name=name))
    waiting = await linking.join(work, ask.services, used, own)
    other = phrases.named(used.account.login or used.account.id)
    text = LINKED.format(other=other, platform=used.account.platform, login=own.login, slash=ask.slash)
    return Said(
        text=text + (GOES_ON if waiting else ""),
        detail=f"linked {used.account.platform} {used.account.id}",
        is_waking=bool(waiting),
    )


SPEC = CommandSpec(
    verb=VerbSpec(name="link", takes_words=1),
    usage="link [CODE]",
    summary="make known who you are on the other platform",
    group="you and set-up",
    needs=Role.NONE,
    scope=Scope.NOWHERE,
    is_private=True,
    prepare=profiles.introduce,
    run=run,
)
