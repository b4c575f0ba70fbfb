"""`help`: what this person may do here, made from the registry. What dispatch would refuse is not offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from bot import choice
from bot.command import Ask, CommandSpec, Said, Scope
from bot.errors import Refused
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.identity import Role

ACTIVE = "Active here: {jobs}."
FREE = "`@{name} <anything>` asks the agent to do it."
LINE = "- `{slash} {usage}` {summary}"
OTHERS = "With role {role} or above also: {verbs}."
LINKED = "Once your accounts are linked (`{slash} link`) also: {verbs}."
TAIL = "`{slash} why` explains what became of a message."
NO_TOPIC = "No topic `{topic}`. `{slash} help` lists what there is."
TOPIC = "`{slash} {usage}`: {summary}. Needs {needs}; you have {has}."
ALSO = " Also as {aliases}."
REST = " `{slash} help` lists the rest."


async def prepare(ask: Ask) -> Ask:
    """Whom nobody here works for (`places.py`) is offered no work, whatever their account may do."""
    chat = ask.services.chat_of(ask.message.thread)
    is_stranger = ask.message.is_stranger
    if chat is None or (not is_stranger and await chat.is_member(ask.actor)):
        return ask
    free = {name: spec for name, spec in ask.registry.items() if not spec.needs}
    open_ = {name: spec for name, spec in free.items() if spec.scope is Scope.NOWHERE or not is_stranger}
    return replace(ask, registry=open_)


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """All verbs the person may use here, or one of them."""
    if ask.command.args and ask.command.args[0].lower() != "me":
        return Said(text=_topic(ask, ask.command.args[0].lower()))
    active = await choice.active_here(work, ask)
    parts = []
    if active:
        listed = ", ".join(f"{job.handle} ({job.request.verb}, {job.status.value})" for job in active)
        parts.append(ACTIVE.format(jobs=listed))
    if "fix" in ask.registry and ask.role >= ask.registry["fix"].needs:
        parts.append(FREE.format(name=ask.services.settings.name))
    parts.extend(_groups(ask))
    parts.extend(_others(ask))
    parts.append(TAIL.format(slash=ask.slash))
    return Said(text="\n\n".join(parts))


def _groups(ask: Ask) -> Iterable[str]:
    groups: dict[str, list[str]] = {}
    for spec in ask.registry.values():
        if ask.role >= spec.needs:
            line = LINE.format(slash=ask.slash, usage=spec.usage, summary=spec.summary)
            groups.setdefault(spec.group, []).append(line)
    for group, lines in groups.items():
        yield f"**{group}**\n\n" + "\n".join(lines)


def _others(ask: Ask) -> Iterable[str]:
    beyond: dict[Role, list[str]] = {}
    for spec in ask.registry.values():
        if ask.role < spec.needs:
            beyond.setdefault(spec.needs, []).append(f"`{spec.name}`")
    is_unknown = ask.message.thread.channel and ask.account == ask.actor
    if beyond and is_unknown:
        yield LINKED.format(verbs=", ".join(chain.from_iterable(beyond.values())), slash=ask.slash)
        return
    for role, verbs in sorted(beyond.items()):
        yield OTHERS.format(role=role.label, verbs=", ".join(verbs))


def _topic(ask: Ask, topic: str) -> str:
    spec = next((s for s in ask.registry.values() if topic in {s.name, *s.verb.aliases}), None)
    if spec is None:
        raise Refused(NO_TOPIC.format(topic=topic.replace("`", ""), slash=ask.slash))
    needs = spec.needs.label if spec.needs else "nothing"
    text = TOPIC.format(
        slash=ask.slash, usage=spec.usage, summary=spec.summary, needs=needs, has=ask.role.label
    )
    aliases = ", ".join(f"`{alias}`" for alias in spec.verb.aliases)
    return text + (ALSO.format(aliases=aliases) if aliases else "") + REST.format(slash=ask.slash)


SPEC = CommandSpec(
    verb=VerbSpec(name="help", takes_topic=True, topics=frozenset({"me"})),
    usage="help [verb]",
    summary="what you may do here",
    group="you and set-up",
    needs=Role.NONE,
    scope=Scope.NOWHERE,
    is_private=True,
    prepare=prepare,
    run=run,
)
