"""The outbox's rows, and the order in which they leave.

* One row a line leaves at a time from one claim; a thread is a line.
* Replies of a thread leave in the order they were written, and so do its reactions: one that waits for another try
  holds the younger ones of its kind back, and while one is on its way no younger reply or reaction is claimed.
* A reaction that the platform refuses for a while holds no reply back, nor the other way round.
* What is for one person alone stands in a line of its own, for each of them in each thread: nobody else waits for an
  answer that cannot be whispered, and it waits for nobody else.
* Cards are edited in place, so they wait for nobody and nobody waits for them. What was given up holds nobody back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    null,
    or_,
    select,
    text,
    type_coerce,
    update,
)

from adapters.storage.clock import LEASE_END, after, clock, micros
from adapters.storage.rows import Rows
from adapters.storage.tables import CARD, DEAD, NEWS, WAITING, outbox
from models.message import Thread
from models.outbox import OutboxKind, OutboxRow, OutboxState

_o = outbox.c
_older = outbox.alias("older")
_same = outbox.alias("same")
_FIELDS = tuple(OutboxRow.model_fields)
# Two claims at once could each see one of two siblings. https://www.postgresql.org/docs/current/explicit-locking.html
ONE_CLAIM = text("SELECT pg_advisory_xact_lock(7307014)")

_IS_FREE = or_(_o.lease_until.is_(None), _o.lease_until <= clock())
_IS_OPEN = and_(_o.state == WAITING, _o.wanted > _o.shown)
_IS_DUE = and_(_IS_OPEN, _o.due_at <= clock(), _IS_FREE)
_IN_FLIGHT = _older.c.lease_until > clock()
_HELD_BACK = and_(
    _o.kind != CARD,
    exists().where(
        _older.c.thread_key == _o.thread_key,
        _older.c.audience == _o.audience,
        _older.c.state == WAITING,
        _older.c.id < _o.id,
        _older.c.kind != CARD,
        or_(_older.c.kind == _o.kind, _IN_FLIGHT),
    ),
)
_TURN = (
    func.row_number()
    .over(partition_by=(_o.thread_key, _o.audience), order_by=(_o.due_at, _o.id))
    .label("turn")
)
_DUE = (
    select(_o.id, _o.due_at, _TURN)
    .where(_o.platform == bindparam("here"), _o.integration == bindparam("there"), _IS_DUE, not_(_HELD_BACK))
    .subquery()
)
_FIRST = select(_DUE.c.id).where(_DUE.c.turn == 1).order_by(_DUE.c.due_at, _DUE.c.id).limit(bindparam("most"))
_FREE = select(_same.c.id).where(_same.c.id.in_(_FIRST.scalar_subquery())).with_for_update(skip_locked=True)
_CLAIM = (
    update(outbox)
    .where(_o.id.in_(_FREE.scalar_subquery()), _IS_DUE)
    .values(
        claimed_by=bindparam("name"), lease_until=LEASE_END, attempts=_o.attempts + 1,
        was_ambiguous=_o.is_ambiguous, is_ambiguous=True, was_urgent=_o.is_urgent, is_urgent=False,
    )
    .returning(outbox)
)  # fmt: skip
_ANY_DUE = (
    select(_o.id)
    .where(_o.platform == bindparam("here"), _o.integration == bindparam("there"), _IS_DUE)
    .limit(1)
)
_IS_CLAIMED = and_(_IS_OPEN, _o.claimed_by.is_not(None))
_HOLDERS = (
    select(_o.claimed_by)
    .where(_o.platform == bindparam("here"), _o.integration == bindparam("there"), _IS_CLAIMED)
    .distinct()
)
_MAY_REPEAT = _o.kind.in_((OutboxKind.REACTION, OutboxKind.RETRACTION, OutboxKind.PAGE))
# Due when it was: at the platform's pace, or when another try is due.
_AGAIN: dict[str, Any] = {"wanted": _o.wanted + 1, "state": OutboxState.WAITING}
_AFTER_ALL = "~"  # sorts behind all that keys are made of
_RELEASED: dict[str, Any] = {"claimed_by": None, "lease_until": None}


class OutboxRows(Rows):
    """The `Outbox` port."""

    async def put(self, row: OutboxRow) -> bool:
        """Keep `row` unless its `key` is there. True: it is new."""
        return await self._count(self._insert(outbox).values(_values(row)).on_conflict_do_nothing()) > 0

    async def put_again(self, row: OutboxRow) -> None:
        """Keep `row`; where its `key` is there already, that one is wanted once more."""
        fresh = {"created_at": clock()}
        insert = self._insert(outbox).values(_values(row) | fresh)
        await self._count(insert.on_conflict_do_update(index_elements=["key"], set_=_AGAIN | fresh))

    async def want_again(self, key: str, within_seconds: float) -> bool:
        """The row of that key is wanted once more, if it was put within that time."""
        recent = update(outbox).where(_o.key == key, _o.created_at > after(-within_seconds))
        return await self._count(recent.values(_AGAIN)) > 0

    async def reword(self, beginning: str, text: str) -> int:
        """The rows whose keys begin so are to say `text` from now on, where they were not reworded before. How many."""
        those = (_o.key >= beginning, _o.key < beginning + _AFTER_ALL, _o.wanted == 1)
        news = {"text": text, "body": "", "due_at": clock()}
        return await self._count(update(outbox).where(*those).values(news | _AGAIN))

    async def news_of(self, thread: Thread, within_seconds: float, most: int) -> int:
        """How many pieces of news were put for a channel within that time; up to `most`."""
        here = and_(_o.kind == NEWS, _o.thread_key == thread.key, _o.created_at > after(-within_seconds))
        return await self._number(here, most)

    async def want(self, job_id: str, *, is_urgent: bool = False) -> None:
        """The job's card should be looked at again; urgent: without waiting for the pace."""
        urgent = {"is_urgent": True, "due_at": func.least(_o.due_at, clock())} if is_urgent else {}
        if self._is_sqlite and is_urgent:
            urgent["due_at"] = func.min(_o.due_at, clock())
        wanted = {"wanted": _o.wanted + 1, "state": OutboxState.WAITING}
        await self._count(update(outbox).where(_o.job_id == job_id, _o.kind == CARD).values(wanted | urgent))

    async def has_due(self, *, platform: str, integration: str) -> bool:
        """Whether a claim might find something on one platform; it need not."""
        return bool(await self._all(_ANY_DUE, here=platform, there=integration))

    async def claim(
        self, owner: str, limit: int, lease_seconds: float, *, platform: str, integration: str
    ) -> list[OutboxRow]:
        """Due rows of one platform in order, one a thread, the attempt recorded.

        `is_ambiguous` is as it was *before* this attempt.
        """
        if not self._is_sqlite:
            await self._connection.execute(ONE_CLAIM)
        here = {"here": platform, "there": integration, "most": limit}
        claimed = await self._all(_CLAIM, **here, name=owner, lease=micros(lease_seconds))
        rows = sorted(claimed, key=lambda row: (row["due_at"], row["id"]))
        return [_row(row, is_ambiguous=row["was_ambiguous"], is_urgent=row["was_urgent"]) for row in rows]

    async def holders(self, *, platform: str, integration: str) -> list[str]:
        """Who holds claims on what one platform does not show yet."""
        rows = await self._all(_HOLDERS, here=platform, there=integration)
        return [row["claimed_by"] for row in rows]

    async def take_back(
        self, owners: Collection[str], spare_seconds: float, *, platform: str, integration: str
    ) -> int:
        """First claims of the dead end `spare_seconds` before their lease. How many.

        Reactions and retractions may be repeated: those are free at once. What was claimed more than once waits: it
        was looked for first and so sent later, or it is what its owners die of.
        """
        here = (_o.platform == platform, _o.integration == integration, _IS_CLAIMED)
        sooner = type_coerce(_o.lease_until, BigInteger) - micros(spare_seconds)
        free = {"claimed_by": None, "lease_until": case((_MAY_REPEAT, null()), else_=sooner)}
        dead = update(outbox).where(*here, _o.claimed_by.in_(owners), _o.attempts == 1)
        return await self._count(dead.values(free | {"is_urgent": or_(_o.is_urgent, _o.was_urgent)}))

    async def shown(
        self, row: OutboxRow, owner: str, *, remote_id: str, remote_url: str, digest: str, pace_seconds: float
    ) -> bool:
        """`row.wanted` of it is visible. Not due again before the pace, unless something urgent came meanwhile."""
        is_done = _o.wanted <= row.wanted
        # What is for one person alone may be a code or a link that is as good as a password. A page is drawn again.
        is_secret = and_(is_done, _o.audience != "", _o.kind != OutboxKind.PAGE)
        # A file is large, and by its name and marker it is found again.
        is_spent = or_(is_secret, and_(is_done, _o.kind == OutboxKind.FILE))
        shown = {
            "shown": row.wanted,
            "text": case((is_secret, ""), else_=_o.text), "body": case((is_spent, ""), else_=_o.body),
            "state": case((is_done, OutboxState.DONE), else_=OutboxState.WAITING),
            "due_at": case((_o.is_urgent, clock()), else_=after(pace_seconds)),
            "remote_id": remote_id, "remote_url": remote_url, "shown_digest": digest, "sent_at": clock(),
            "attempts": 0, "is_ambiguous": False, "last_error": "",
        }  # fmt: skip
        return await self._count(update(outbox).where(*_held(row, owner)).values(shown | _RELEASED)) > 0

    async def postpone(
        self, row: OutboxRow, owner: str, *, delay_seconds: float, error: str, is_ambiguous: bool
    ) -> None:
        """Due again after `delay_seconds`, if `owner` still holds it."""
        later = {"due_at": after(delay_seconds), "last_error": error, "is_ambiguous": is_ambiguous}
        urgent = {"is_urgent": or_(_o.is_urgent, _o.was_urgent)}
        await self._count(update(outbox).where(*_held(row, owner)).values(later | urgent | _RELEASED))

    async def bury(self, row: OutboxRow, owner: str, error: str) -> None:
        """Give it up, if `owner` still holds it."""
        dead = {"state": OutboxState.DEAD, "last_error": error}
        await self._count(update(outbox).where(*_held(row, owner)).values(dead | _RELEASED))

    async def card_of(self, job_id: str) -> OutboxRow | None:
        """The job's one card."""
        row = await self._first(select(outbox).where(_o.job_id == job_id, _o.kind == CARD))
        return None if row is None else _row(row)

    async def card_at(
        self, platform: str, integration: str, channel: str, message_id: str
    ) -> OutboxRow | None:
        """The card that is this very message of a chat's channel."""
        there = (_o.kind == CARD, _o.remote_id == message_id, _o.platform == platform)
        rows = await self._all(select(outbox).where(*there, _o.integration == integration).order_by(_o.id))
        return next((row for row in map(_row, rows) if row.thread.channel == channel), None)

    async def waiting(self, limit: int) -> list[OutboxRow]:
        """What is still to be shown, the longest due first."""
        rows = await self._all(select(outbox).where(_IS_OPEN).order_by(_o.due_at, _o.id).limit(limit))
        return [_row(row) for row in rows]

    async def dead(self, limit: int) -> list[OutboxRow]:
        """What was given up, newest first."""
        rows = await self._all(select(outbox).where(_o.state == DEAD).order_by(_o.id.desc()).limit(limit))
        return [_row(row) for row in rows]

    async def revive(self, ids: Sequence[int] | None) -> list[int]:
        """Given up, or waiting for another try: due now, as if never tried. None: all such rows. Returns which."""
        named = () if ids is None else (_o.id.in_(ids),)
        fresh = {"state": OutboxState.WAITING, "due_at": clock(), "attempts": 0}
        revived: list[int] = []
        # Two statements, because each has an index of its own.
        for those in (_o.state == DEAD, and_(_IS_OPEN, _o.attempts > 0, _IS_FREE)):
            changed = update(outbox).where(those, *named).values(fresh | _RELEASED).returning(_o.id)
            revived += [row["id"] for row in await self._all(changed)]
        return sorted(revived)

    async def stuck(self, most: int) -> tuple[int, int]:
        """How many wait for another try, and how many were given up; each up to `most`."""
        failing = and_(_IS_OPEN, or_(_o.attempts > 1, _o.last_error != ""))
        return await self._number(failing, most), await self._number(_o.state == DEAD, most)

    async def _number(self, those: ColumnElement[bool], most: int) -> int:
        some = select(_o.id).where(those).limit(most).subquery()
        row = await self._first(select(func.count().label("number")).select_from(some))
        return int(row["number"]) if row else 0


def _values(row: OutboxRow) -> dict[str, Any]:
    return row.model_dump(exclude={"id", "thread"}) | {
        "thread": row.thread,
        "thread_key": row.thread.key,
        "was_urgent": row.is_urgent,
        "was_ambiguous": row.is_ambiguous,
        # Due at once means by the database's clock, whatever this host's says.
        "due_at": clock() if row.due_at <= row.created_at else row.due_at,
        "created_at": clock() if row.kind is OutboxKind.NEWS else row.created_at,
    }


def _held(row: OutboxRow, owner: str) -> tuple[ColumnElement[bool], ...]:
    # The attempt is the fence: a claim that outlived its lease may have been claimed again, even by the same owner.
    return _o.id == row.id, _o.claimed_by == owner, _o.attempts == row.attempts


def _row(row: RowMapping, **given: Any) -> OutboxRow:
    return OutboxRow.model_validate({name: row[name] for name in _FIELDS} | given)
