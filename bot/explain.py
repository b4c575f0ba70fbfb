"""What would be made of a delivery, without doing any of it: parse, normalize, policy, plan. Calls nobody."""

from __future__ import annotations

from bot import triage
from bot.command import CommandSpec
from bot.commands import COMMANDS
from bot.ports import UnitOfWork
from bot.services import Services
from bot.triage import Addressed
from models.base import Noun
from models.command import Command, Unknown
from models.delivery import Delivery, Outcome
from models.message import IncomingMessage

WOULD_RUN = "`{name}` for anybody with role {needs} or above on {place}"
WOULD_SUGGEST = "suggest instead of `{word}`: {nearest}"
WOULD_CLOSE = "cancel what is still queued for it"
WOULD_FOLLOW = "follow up, if this is our own open pull request; else ignore it"
WAS_DONE = "nothing for `{name}`: done already by delivery {first}{result}"
WOULD_IGNORE = "nothing: {disposition}, {detail}"


class Explanation(Noun):
    """What a delivery says and what would come of it. `plan` is in words, in order."""

    delivery_id: int
    event: str
    message: IncomingMessage | None = None
    commands: tuple[Command | Unknown, ...] = ()
    plan: tuple[str, ...] = ()
    outcome: Outcome | None = None


def explain(services: Services, delivery: Delivery) -> Explanation:
    """Pure: the rights of the person are named, not looked up. Raises UnknownPlatform."""
    platform = services.platform(delivery.platform, delivery.integration)
    found = triage.look(services, platform, delivery, is_final=True)
    event = f"{delivery.event}.{delivery.action}".rstrip(".")
    if isinstance(found, Outcome):
        plan = WOULD_IGNORE.format(disposition=found.disposition.value, detail=found.detail)
        return Explanation(delivery_id=delivery.id, event=event, plan=(plan,), outcome=found)
    return Explanation(
        delivery_id=delivery.id,
        event=event,
        message=found.message,
        commands=found.commands,
        plan=tuple(_plan(found)),
    )


async def as_kept(work: UnitOfWork, found: Explanation) -> Explanation:
    """The same, knowing what was done already: whose key is taken is not done again, whoever took it."""
    if found.message is None or not found.commands:
        return found
    steps = zip(found.commands, found.plan, strict=True)
    plan = [await _not_twice(work, found.message, command, step) for command, step in steps]
    return found.model_copy(update={"plan": tuple(plan)})


async def _not_twice(
    work: UnitOfWork, message: IncomingMessage, command: Command | Unknown, step: str
) -> str:
    first = await work.keys.holder(key_of(message, command))
    if first is None:
        return step
    name = command.name if isinstance(command, Command) else command.word
    told = await work.deliveries.get(first)
    is_told = told is not None and told.disposition is not None
    result = f" ({told.disposition}, {told.detail})" if told is not None and is_told else ""
    return WAS_DONE.format(name=name, first=first, result=result)


def key_of(message: IncomingMessage, command: Command | Unknown) -> str:
    """Against repeats: the same command of the same message, whatever delivery tells of it."""
    return f"{message.semantic_key}:{command.index}"


def _plan(found: Addressed) -> list[str]:
    if not found.commands:
        return [WOULD_CLOSE if found.message.kind == "event" or found.message.is_deleted else WOULD_FOLLOW]
    return [_step(command, found.message.thread.repository) for command in found.commands]


def _step(command: Command | Unknown, place: str) -> str:
    if isinstance(command, Unknown):
        return WOULD_SUGGEST.format(word=command.word, nearest=", ".join(command.nearest) or "help")
    spec: CommandSpec = COMMANDS[command.name]
    return WOULD_RUN.format(name=command.name, needs=spec.needs.label, place=place)
