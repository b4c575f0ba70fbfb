"""A command's turn: where it works, whether its author may, and what it needs, fetched before any transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import permissions, questions
from bot.command import Ask
from bot.commands import COMMANDS
from bot.errors import Denied, Refused
from bot.places import Here, NoLink, NoRepository, Places
from bot.services import Services
from bot.triage import Addressed
from models.command import Command, Unknown
from models.identity import Decision


@dataclass(frozen=True)
class Turn:
    """One command with its decision, fetched and ready to be run."""

    ask: Ask | None
    command: Command | Unknown
    decision: Decision | None = None
    refusal: str = ""
    is_denied: bool = False  # refused for who asks, not for what they typed
    question: questions.Question | None = None


async def may_follow(places: Places, commands: Sequence[Command | Unknown]) -> bool:
    """Whether somebody who called nobody may go on with work of ours by a mere remark."""
    for command in commands:
        spec = COMMANDS[command.name] if isinstance(command, Command) else None
        try:
            place = await places.of(command, spec) if spec and isinstance(command, Command) else None
        except Refused:
            return False
        if spec is None or not isinstance(place, Here) or place.role < spec.needs:
            return False
    return True


async def prepare(services: Services, found: Addressed, command: Command | Unknown, places: Places) -> Turn:
    """Fetch all that `command` needs. Raises IntegrationError."""
    if isinstance(command, Unknown):
        return Turn(None, command)
    spec = COMMANDS[command.name]
    try:
        place = await places.of(command, spec)
    except Refused as refusal:
        return Turn(None, command, refusal=str(refusal), is_denied=isinstance(refusal, Denied))
    if isinstance(place, NoLink | NoRepository):
        return Turn(None, command, question=await questions.about(services, found, command, place))
    return await _prepare_at(services, found, command, place)


async def _prepare_at(services: Services, found: Addressed, command: Command, place: Here) -> Turn:
    spec, actor = COMMANDS[command.name], found.message.actor or place.actor
    ask = Ask(
        services=services,
        command=command,
        message=found.message,
        actor=actor,
        role=place.role,
        delivery_id=found.delivery.id,
        request_id=found.delivery.request_id,
        registry=COMMANDS,
        there=place.thread,
        account=place.actor,
    )
    decision = permissions.decide(spec.needs, place.role, ask.place)
    if not decision.is_allowed:
        return Turn(ask, command, decision)
    try:
        return Turn(await spec.prepare(ask), command, decision)
    except Refused as refusal:
        return Turn(ask, command, decision, str(refusal), isinstance(refusal, Denied))
