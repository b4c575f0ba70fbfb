"""Answering somebody: facts first, then one short transaction that holds everything the answer is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import closing, order, permissions
from bot.command import Ask, Said
from bot.commands import COMMANDS
from bot.errors import InvalidTransition, Refused
from bot.platform import Platform
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import NOT_ADDRESSED, Addressed, outcome_of
from models.audit import AuditRecord
from models.base import now
from models.command import Address, Command, Unknown
from models.delivery import Disposition
from models.identity import Decision, Role
from models.message import Actor, MessageKind, Reply
from models.outbox import OutboxKind, OutboxRow

SEEN = "eyes"
REPLY_MARKER = "bellhop:d{delivery}-{index}"
DENIED = "Can't run `{name}` here: {reason}. `{slash} why`"
UNKNOWN_NEAR = "Don't know `{word}`. Did you mean {nearest}?"
UNKNOWN = "Don't know `{word}`. `{slash} help` lists what I know."
TRUNCATED = "That were more than {most} commands; I ran the first {most}."
APOLOGY = "Sorry, that went wrong: {detail}. Nothing was lost; `{slash} why` tells more."
TAKEN = "another delivery about the same text was first"
NOT_ALLOWED_TO_FOLLOW = "a remark on our pull request by somebody who may not ask for changes"
LOST = "finishing delivery {id}: somebody else holds it now"
MOST_COMMANDS = 5
# The disposition of a delivery with several commands is the weightiest of theirs.
WEIGHT = (
    Disposition.ACCEPTED,
    Disposition.ANSWERED,
    Disposition.PAUSED,
    Disposition.DENIED_LIMIT,
    Disposition.DENIED_ROLE,
)


@dataclass(frozen=True)
class Turn:
    """One command with its decision, fetched and ready to be run."""

    ask: Ask | None
    command: Command | Unknown
    decision: Decision | None = None
    refusal: str = ""


async def hold(services: Services, platform: Platform, found: Addressed) -> Disposition:
    """Answer what was addressed. Raises IntegrationError (facts could not be fetched), StorageUnavailable."""
    message = found.message
    if message.kind is MessageKind.EVENT or message.is_deleted:
        return await closing.close(services, found)
    commands = found.commands or await _follow_up(services, found)
    if not commands or message.actor is None:
        name = services.settings.name
        return await _finish_alone(
            services, found, Disposition.IGNORED_NOT_ADDRESSED, NOT_ADDRESSED.format(name=name)
        )
    role = await platform.role_of(message.actor, message.thread.repository)
    if not found.commands and role < COMMANDS["fix"].needs:
        # Nobody called the bot: people talk among themselves, and a stranger's remark deserves no refusal.
        return await _finish_alone(services, found, Disposition.IGNORED_NOT_ADDRESSED, NOT_ALLOWED_TO_FOLLOW)
    turns = [await _prepare(services, found, command, message.actor, role) for command in commands]
    async with services.storage.begin() as work:
        disposition, said = await _settle(work, services, found, turns)
    await _tell(services, said)
    return disposition


async def _follow_up(services: Services, found: Addressed) -> tuple[Command, ...]:
    """An unaddressed comment in an inline thread on our own open pull request is a request about that code."""
    message = found.message
    if message.kind is not MessageKind.INLINE or message.thread.number is None or not message.text.strip():
        return ()
    async with services.storage.read() as work:
        change = await work.changes.find(message.thread.repository, message.thread.number)
    if change is None or not change.is_open or change.pull_number != message.thread.number:
        return ()
    return (
        Command(name="fix", address=Address.MENTION, text=message.text, line=message.text, is_free_text=True),
    )


async def _prepare(
    services: Services, found: Addressed, command: Command | Unknown, actor: Actor, role: Role
) -> Turn:
    if isinstance(command, Unknown):
        return Turn(None, command)
    spec = COMMANDS[command.name]
    ask = Ask(
        services=services,
        command=command,
        message=found.message,
        actor=actor,
        role=role,
        delivery_id=found.delivery.id,
        request_id=found.delivery.request_id,
        registry=COMMANDS,
    )
    decision = permissions.decide(spec.needs, role, ask.place)
    if not decision.is_allowed:
        return Turn(ask, command, decision)
    try:
        return Turn(await spec.prepare(ask), command, decision)
    except Refused as refusal:
        return Turn(ask, command, decision, str(refusal))


async def _settle(
    work: UnitOfWork, services: Services, found: Addressed, turns: Sequence[Turn]
) -> tuple[Disposition, list[Said]]:
    """Run the turns nobody ran before, and give the delivery its disposition. All or nothing."""
    said: list[Said] = []
    for turn in turns:
        if not await work.keys.take(f"{found.message.semantic_key}:{turn.command.index}", found.delivery.id):
            continue
        answer = await _run(work, services, turn)
        said.append(answer)
        await _audit(work, found, turn, answer)
        if answer.text:
            await _reply(work, found, turn.command.index, answer.text)
    if said and found.is_truncated:
        await _reply(work, found, MOST_COMMANDS, TRUNCATED.format(most=MOST_COMMANDS))
    if said:
        await _react(work, found)
    disposition = min((each.disposition for each in said), key=WEIGHT.index, default=Disposition.DUPLICATE)
    detail = "; ".join(each.detail for each in said if each.detail) if said else TAKEN
    await _finish(work, services, found, disposition, detail)
    return disposition, said


async def _run(work: UnitOfWork, services: Services, turn: Turn) -> Said:
    command, slash = turn.command, f"/{services.settings.name}"
    if isinstance(command, Unknown):
        return Said(text=unknown(command, slash), detail=f"unknown verb {command.word}")
    if turn.decision is not None and not turn.decision.is_allowed:
        text = DENIED.format(name=command.name, reason=turn.decision.reason, slash=slash)
        return Said(text=text, disposition=Disposition.DENIED_ROLE, detail=turn.decision.reason)
    if turn.refusal or turn.ask is None:
        return Said(text=turn.refusal, detail=turn.refusal)
    try:
        answer = await COMMANDS[command.name].run(work, turn.ask)
    except Refused as refusal:
        return Said(text=str(refusal), detail=str(refusal))
    return answer if answer.detail else replace(answer, detail=f"{command.name} answered")


def unknown(command: Unknown, slash: str) -> str:
    """What is said to a verb nobody knows."""
    word = command.word.replace("`", "'")
    if not command.nearest:
        return UNKNOWN.format(word=word, slash=slash)
    rest = f" {command.rest}" if command.rest else ""
    nearest = " or ".join(f"`{slash} {verb}{rest}`".replace("``", "`") for verb in command.nearest)
    return UNKNOWN_NEAR.format(word=word, nearest=nearest)


async def apologize(services: Services, found: Addressed, disposition: Disposition, detail: str) -> None:
    """End a delivery that could not be worked on, and say so to the person where they asked."""
    async with services.storage.begin() as work:
        if found.commands:
            text = APOLOGY.format(detail=detail, slash=f"/{services.settings.name}")
            await _reply(work, found, MOST_COMMANDS + 1, text)
        await _finish(work, services, found, disposition, detail)


async def _finish_alone(
    services: Services, found: Addressed, disposition: Disposition, detail: str
) -> Disposition:
    async with services.storage.begin() as work:
        await _finish(work, services, found, disposition, detail)
    return disposition


async def _finish(
    work: UnitOfWork, services: Services, found: Addressed, disposition: Disposition, detail: str
) -> None:
    outcome = outcome_of(found.delivery, found.message, disposition, detail)
    if not await work.deliveries.finish([outcome], services.owner):
        # Somebody else took it over meanwhile. Raising rolls back all that was decided here.
        raise InvalidTransition(LOST.format(id=found.delivery.id))


async def _reply(work: UnitOfWork, found: Addressed, index: int, text: str) -> None:
    message = found.message
    reply = Reply(
        source=message.source,
        message=text,
        thread=message.thread,
        marker=REPLY_MARKER.format(delivery=found.delivery.id, index=index),
    )
    key = f"reply:{message.semantic_key}:{index}"
    await work.outbox.put(_row(found, key, OutboxKind.REPLY, text=reply.message, marker=reply.marker))


async def _react(work: UnitOfWork, found: Addressed) -> None:
    message = found.message
    await work.outbox.put(
        _row(
            found,
            f"seen:{message.semantic_key}",
            OutboxKind.REACTION,
            reaction=SEEN,
            target_kind=message.kind,
            target_id=message.comment_id,
        )
    )


def _row(found: Addressed, key: str, kind: OutboxKind, **fields: object) -> OutboxRow:
    delivery, moment = found.delivery, now()
    return OutboxRow.model_validate(
        {
            "key": key,
            "kind": kind,
            "platform": delivery.platform,
            "integration": delivery.integration,
            "thread": found.message.thread,
            "delivery_id": delivery.id,
            "request_id": delivery.request_id,
            "due_at": moment,
            "created_at": moment,
            **fields,
        }
    )


async def _audit(work: UnitOfWork, found: Addressed, turn: Turn, said: Said) -> None:
    actor = found.message.actor
    await work.audit.append(
        AuditRecord(
            at=now(),
            actor=f"{found.message.source}:{actor.id}" if actor else "",
            action=turn.command.name if isinstance(turn.command, Command) else "unknown",
            subject=found.message.thread.name,
            detail={
                "disposition": said.disposition.value,
                "decision": turn.decision.reason if turn.decision else "",
                "delivery": found.delivery.id,
                "jobs": [job.handle for job in said.tell],
            },
            request_id=found.delivery.request_id,
        )
    )


async def _tell(services: Services, said: Sequence[Said]) -> None:
    """After the commit. Only hints: whatever is lost here is found by the sweep."""
    tells = [asyncio.create_task(services.queue.tell(job)) for each in said for job in each.tell]
    if tells:
        # The queue first: a worker takes longer to begin than a card to appear.
        await asyncio.sleep(0)
    services.bells.courier.set()
    await asyncio.gather(*tells)
    for each in said:
        for job in each.moved:
            await order.moved(services, job)
