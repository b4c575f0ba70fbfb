"""Answering somebody: facts first, then one short transaction that holds everything the answer is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot import (
    closing,
    dialogs,
    following,
    introduction,
    order,
    pace,
    pages,
    picking,
    profiles,
    questions,
    replies,
    shortcuts,
    trail,
    triage,
    turning,
)
from bot.chat import HOME, PICKER, TAB
from bot.command import Said, address_in
from bot.commands import COMMANDS
from bot.errors import InvalidTransition, Refused
from bot.places import Places
from bot.platform import Platform
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import NOT_ADDRESSED, Addressed, outcome_of
from bot.turning import Turn
from models.command import Address, Command, Unknown
from models.delivery import Disposition, Outcome, Postponement
from models.message import IncomingMessage, MessageKind

DENIED = "Can't run `{name}` here: {reason}. `{slash} why`"
UNKNOWN_NEAR = "Don't know `{word}`. Did you mean {nearest}?"
UNKNOWN = "Don't know `{word}`. `{slash} help` lists what I know."
TRUNCATED = (
    "Those were more than {most} commands; I ran the first {most}. Send the rest again: `{slash} help`"
)
APOLOGY = "Sorry, that went wrong: {detail}. Nothing was lost; `{slash} why` tells more."
PATIENCE = "That has to wait: {detail}. I try again for a day; there is no need to ask again."
TAKEN = "delivery {first} about the same text was first"
NOT_ALLOWED_TO_FOLLOW = "a remark on our pull request by somebody who may not ask for changes"
LOST = "finishing delivery {id}: somebody else holds it now"
MOST_COMMANDS = 5
# What leaves no words where others read: its answer would come out of nowhere.
WORDLESS = frozenset({MessageKind.SLASH, MessageKind.ACTION, MessageKind.FORM})
# The disposition of a delivery with several commands is the weightiest of theirs.
WEIGHT = (
    Disposition.ACCEPTED,
    Disposition.WAITING_REPOSITORY,
    Disposition.WAITING_LINK,
    Disposition.ANSWERED,
    Disposition.PAUSED,
    Disposition.DENIED_LIMIT,
    Disposition.DENIED_ROLE,
    Disposition.DENIED_PACE,
    Disposition.DUPLICATE,
)


async def hold(services: Services, platform: Platform, found: Addressed) -> Disposition:
    """Answer what was addressed. Raises IntegrationError (facts could not be fetched), StorageUnavailable."""
    if not found.is_sure:
        await introduction.learn(services, platform)
        again = triage.read(services, platform, found.delivery, found.message)
        if isinstance(again, Outcome):
            return await _finish_alone(services, found, again.disposition, again.detail)
        found = again
    return await _hold(services, platform, found)


async def _hold(services: Services, platform: Platform, found: Addressed) -> Disposition:
    message = found.message
    if PICKER in message.fields:
        return await picking.choose(services, platform, found)
    if message.kind is MessageKind.EVENT and message.fields.get(TAB) == HOME and message.actor is not None:
        return await pages.show(services, found, message.actor, COMMANDS)
    if message.kind is MessageKind.EVENT or message.is_deleted:
        return await closing.close(services, found)
    if not found.commands and shortcuts.opens_dialog(message):
        return await dialogs.open_for(services, found)
    commands = found.commands or await _follow_up(services, found)
    if not commands or message.actor is None:
        name = services.settings.name
        return await _finish_alone(
            services, found, Disposition.IGNORED_NOT_ADDRESSED, NOT_ADDRESSED.format(name=name)
        )
    if (told := await _over_pace(services, message, commands)) is not None:
        return await _finish_alone(services, found, Disposition.DENIED_PACE, told)
    places = Places(services, platform, message, message.actor)
    if not found.commands and not await turning.may_follow(places, commands):
        # Nobody called the bot: people talk among themselves, and a stranger's remark deserves no refusal.
        return await _finish_alone(services, found, Disposition.IGNORED_NOT_ADDRESSED, NOT_ALLOWED_TO_FOLLOW)
    turns = [await turning.prepare(services, found, command, places) for command in commands]
    async with services.storage.begin() as work:
        disposition, said = await _settle(work, services, found, turns)
    await _tell(services, said)
    return disposition


async def _over_pace(
    services: Services, message: IncomingMessage, commands: Sequence[Command | Unknown]
) -> str | None:
    """Why nobody answers: then nobody is asked for anything either. None: somebody does, if only to say so."""
    async with services.storage.read() as work:
        there = await pace.of(work, services, message)
    is_over = there.used > there.most and not any(map(pace.is_exempt, commands))
    return there.told if is_over else None


async def _follow_up(services: Services, found: Addressed) -> tuple[Command, ...]:
    """An unaddressed comment in an inline thread on our own open pull request is a request about that code."""
    message = found.message
    if not await following.is_ours(services, message):
        return ()
    return (
        Command(name="fix", address=Address.MENTION, text=message.text, line=message.text, is_free_text=True),
    )


async def _settle(
    work: UnitOfWork, services: Services, found: Addressed, turns: Sequence[Turn]
) -> tuple[Disposition, list[Said]]:
    """Run the turns nobody ran before, and give the delivery its disposition. All or nothing."""
    said: list[Said] = []
    first: int | None = None
    theirs = await pages.of(work, found.message)
    await profiles.remember(work, found.message)
    for turn in turns:
        key = f"{found.message.semantic_key}:{turn.command.index}"
        if turn.question is not None:
            said.append(await questions.ask(work, found, turn.question))
            continue
        if not await work.keys.take(key, found.delivery.id):
            first = await work.keys.holder(key)
            continue
        answer = await _answer(work, services, found.message, turn)
        said.append(answer)
        if not _is_silence(answer):
            await _audit(work, found, turn, answer)
        if answer.text:
            index = turn.command.index
            is_private = _is_private(turn, answer)
            await replies.say(services, work, found, index, answer, is_private=is_private)
    if said and found.is_truncated:
        text = TRUNCATED.format(most=MOST_COMMANDS, slash=_slash(services, found.message))
        await replies.put(work, found, MOST_COMMANDS, text)
    if not all(map(_is_silence, said)):
        await replies.see(work, found)
        await pages.refresh(work, theirs)
    disposition = min((each.disposition for each in said), key=WEIGHT.index, default=Disposition.DUPLICATE)
    detail = "; ".join(each.detail for each in said if each.detail) if said else TAKEN.format(first=first)
    await _finish(work, services, found, disposition, detail)
    return disposition, said


async def _answer(work: UnitOfWork, services: Services, message: IncomingMessage, turn: Turn) -> Said:
    there = await pace.of(work, services, message)
    place, slash = message.thread.repository or message.thread.name, _slash(services, message)
    if (instead := there.said_instead(turn.command, slash, place)) is not None:
        return instead
    return there.quieted(await _run(work, _slash(services, message), turn))


def _slash(services: Services, message: IncomingMessage) -> str:
    return address_in(message.thread, services.settings.name)


def _is_private(turn: Turn, said: Said) -> bool:
    """Whether an answer concerns nobody but who asked: refusals, questions back, and what is about them alone."""
    if turn.ask is None or said.disposition.kind == "denied" or turn.refusal or said.is_private:
        return True
    return turn.ask.message.kind in WORDLESS or COMMANDS[turn.ask.command.name].is_private


def _is_silence(said: Said) -> bool:
    return said.disposition is Disposition.DENIED_PACE and not said.text


async def _run(work: UnitOfWork, slash: str, turn: Turn) -> Said:
    command = turn.command
    if isinstance(command, Unknown):
        return Said(text=unknown(command, slash), detail=f"unknown verb {command.word}")
    if turn.decision is not None and not turn.decision.is_allowed:
        text = DENIED.format(name=command.name, reason=turn.decision.reason, slash=slash)
        return Said(text=text, disposition=Disposition.DENIED_ROLE, detail=turn.decision.reason)
    if turn.refusal or turn.ask is None:
        disposition = Disposition.DENIED_ROLE if turn.is_denied else Disposition.ANSWERED
        return Said(text=turn.refusal, disposition=disposition, detail=turn.refusal)
    try:
        answer = await COMMANDS[command.name].run(work, turn.ask)
    except Refused as refusal:
        return Said(text=str(refusal), detail=str(refusal), is_private=True)
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
    is_heard = await _is_request(services, found)
    async with services.storage.begin() as work:
        if is_heard:
            text = APOLOGY.format(detail=detail, slash=_slash(services, found.message))
            await replies.put(work, found, MOST_COMMANDS + 1, text)
        await _finish(work, services, found, disposition, detail)


async def put_off(services: Services, found: Addressed, postponement: Postponement, *, is_told: bool) -> None:
    """Let a delivery wait for its next try, and tell the person so; however often, they read it once."""
    is_told = is_told and await _is_request(services, found)
    async with services.storage.begin() as work:
        if is_told:
            text = PATIENCE.format(detail=postponement.detail)
            await replies.put(work, found, MOST_COMMANDS + 2, text)
        await work.deliveries.postpone(postponement, services.owner)


async def _is_request(services: Services, found: Addressed) -> bool:
    """Whether somebody waits for an answer: who called us, or wrote what counts as a request without (`_follow_up`)."""
    if found.commands:
        return True
    message = found.message
    if message.is_deleted or not message.is_created or message.actor is None:
        return False
    if not await _follow_up(services, found):
        return False
    try:
        role = await services.home_of(message.thread).role_of(message.actor, message.thread.repository)
    except Exception:  # noqa: BLE001 - what went wrong may be this very call; who may be a stranger waits for nothing
        return False
    return role >= COMMANDS["fix"].needs


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


async def _audit(work: UnitOfWork, found: Addressed, turn: Turn, said: Said) -> None:
    action = turn.command.name if isinstance(turn.command, Command) else "unknown"
    detail = {
        "disposition": said.disposition.value,
        "decision": turn.decision.reason if turn.decision else "",
        "delivery": found.delivery.id,
        "jobs": [job.handle for job in said.tell],
    }
    await trail.of_person(work, found.message, action, detail, found.delivery.request_id)


async def _tell(services: Services, said: Sequence[Said]) -> None:
    """After the commit. Only hints: whatever is lost here is found by the sweep."""
    tells = [asyncio.create_task(services.queue.tell(job)) for each in said for job in each.tell]
    if tells:
        # The queue first: a worker takes longer to begin than a card to appear.
        await asyncio.sleep(0)
    services.bells.courier.set()
    if any(each.is_waking for each in said):
        services.bells.dispatcher.set()
    await asyncio.gather(*tells)
    for each in said:
        for job in each.moved:
            await order.moved(services, job)
