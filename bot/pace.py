"""How many answers one person gets in one repository: nobody can make the bot talk without end.

Hours are whole ones by the clock, so that it is said once an hour and not at each answer that grows too old to count.
A cancel is always carried out, and told when it stopped something.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import trail
from bot.command import Said
from bot.ports import UnitOfWork
from bot.services import Services
from models.base import now
from models.command import Command, Unknown
from models.delivery import Disposition
from models.message import IncomingMessage

FULL = (
    "You had {most} answers on {place} within this hour, as many as one person gets. From here on I am silent until "
    "{until:%H:%M} UTC; stopping a job works all the same: `{slash} cancel ID`"
)
SILENT = "@{login} had {most} answers on {place} within the hour already"
EXEMPT = "cancel"


@dataclass(frozen=True)
class Pace:
    """What one person was answered in one repository since the hour began."""

    used: int
    most: int
    told: str

    def said_instead(self, command: Command | Unknown, slash: str, place: str) -> Said | None:
        """What is said in place of the answer: nothing at all, but once that it will be so. None: answer."""
        if self.used < self.most or is_exempt(command):
            return None
        is_first = self.used == self.most
        text = FULL.format(most=self.most, place=place, until=_hour() + timedelta(hours=1), slash=slash)
        return Said(text=text if is_first else "", disposition=Disposition.DENIED_PACE, detail=self.told)

    def quieted(self, said: Said) -> Said:
        """The answer to a command that is carried out whatever the pace: beyond it only what happened is told."""
        is_news = self.used < self.most or said.disposition is Disposition.ACCEPTED
        return said if is_news else Said(disposition=Disposition.DENIED_PACE, detail=said.detail)


def is_exempt(command: Command | Unknown) -> bool:
    """Whether it is carried out however much was asked before."""
    return isinstance(command, Command) and command.name == EXEMPT


async def of(work: UnitOfWork, services: Services, message: IncomingMessage) -> Pace:
    """The pace of whoever wrote `message`, there and now."""
    actor, place, most = message.actor, message.thread.room, services.settings.max_answers_per_hour
    key = trail.name_of(message)
    used = await work.audit.count(actor=key, place=f"{place}#", since=_hour(), most=most + 1) if key else 0
    told = SILENT.format(most=most, login=actor.login if actor else "", place=place)
    return Pace(used=used, most=most, told=told)


def _hour() -> datetime:
    return now().replace(minute=0, second=0, microsecond=0)
