"""`why`: what became of a message, and for which reason."""

from __future__ import annotations

from collections.abc import Sequence

from bot import choice
from bot.command import Ask, CommandSpec, Said, Scope
from bot.errors import Refused
from bot.ports import UnitOfWork
from models.command import VerbSpec
from models.delivery import Delivery, Disposition
from models.identity import Role

NOTHING = (
    "I have no record of an earlier message of yours here. I keep them for {days} days; "
    "`{slash} help` says what I can do."
)
NO_LINK = (
    "I have no record of that link here. I keep messages for {days} days; "
    "`{slash} why` tells of your last message."
)
ENDS = (".", "?", "!", "…")
LINE = "{what} ({when:%Y-%m-%d %H:%M:%S} UTC): **{disposition}**{detail}"
OPEN = "still being worked on"
PUT_OFF = "put off until {due:%H:%M:%S} UTC"
TAIL = "`{slash} help` says what you may do here."
LOOKED_AT = 20
# A platform may tell of one message twice, and of each edit once more.
TWINS = {Disposition.DUPLICATE, Disposition.IGNORED_EDITED, Disposition.IGNORED_NOT_ADDRESSED}


async def run(work: UnitOfWork, ask: Ask) -> Said:
    """Of the linked message, else of the person's last one here."""
    if ask.command.args:
        found = await _linked(work, ask)
    else:
        found = await _latest(work, ask)
    if found is None:
        raise Refused(NOTHING.format(**_told(ask)))
    # In a chat a reason may have been told to its author alone: others learn what became of it, and no more.
    is_told = not ask.message.thread.channel or found.actor_id == ask.actor.id
    detail = f", {found.detail}" if found.detail and is_told else ""
    what = f"[That message]({found.url})" if found.url else f"That {found.event}"
    line = LINE.format(what=what, when=found.received_at, disposition=_state(found), detail=detail)
    stop = "" if line.endswith(ENDS) else "."  # a reason may be a sentence already
    return Said(text=f"{line}{stop} {TAIL.format(slash=ask.slash)}")


def _state(found: Delivery) -> str:
    if found.disposition is not None:
        return found.disposition.value
    return OPEN if found.claimed_by else PUT_OFF.format(due=found.due_at)


async def _linked(work: UnitOfWork, ask: Ask) -> Delivery | None:
    url = ask.command.args[0].strip("<>")
    found = await work.deliveries.by_url(url)
    # A link to another repository is answered as if it were unknown: rights were looked up for this one.
    if found is None or not found.thread.startswith(ask.message.thread.place):
        raise Refused(NO_LINK.format(**_told(ask)))
    rows = await work.deliveries.at_thread(found.thread, actor_id=None, limit=LOOKED_AT)
    return _telling(found, rows)


async def _latest(work: UnitOfWork, ask: Ask) -> Delivery | None:
    thread, theirs = ask.message.thread, ask.actor.id
    if choice.is_whole_room(ask.message):
        rows = await work.deliveries.in_room(thread.place, actor_id=theirs, limit=LOOKED_AT)
    else:
        rows = await work.deliveries.at_thread(thread.key, actor_id=theirs, limit=LOOKED_AT)
    own = ask.message.comment_id  # this very question may have come twice, too
    earlier = [row for row in rows if row.id != ask.delivery_id and (not own or row.comment_id != own)]
    return _telling(earlier[0], earlier) if earlier else None


def _telling(found: Delivery, rows: Sequence[Delivery]) -> Delivery:
    """Of all deliveries about the same message the one in which something became of it."""
    same = [row for row in rows if found.comment_id and row.comment_id == found.comment_id]
    return next((row for row in same if row.disposition not in TWINS), found)


def _told(ask: Ask) -> dict[str, object]:
    return {"slash": ask.slash, "days": ask.services.settings.retention_days}


SPEC = CommandSpec(
    verb=VerbSpec(name="why", takes_link=True),
    usage="why [link]",
    summary="what became of a message, and why",
    group="you and set-up",
    needs=Role.NONE,
    scope=Scope.NOWHERE,
    is_private=True,
    run=run,
)
