"""What channels are set to, and which repositories they follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from adapters.storage.chat_tables import rooms, subscriptions
from adapters.storage.clock import clock
from adapters.storage.rows import Rows
from models.identity import Account
from models.pending import Room, Subscription

_r = rooms.c
_s = subscriptions.c
_ROOM_KEY = ("platform", "integration", "workspace", "channel")
_KEY = ("platform", "integration", "channel", "forge", "forge_integration", "repository")
_LAST = ("thread", "events", "by")  # of a subscription that is made again


class RoomRows(Rows):
    """The `Rooms` port."""

    async def get(self, platform: str, integration: str, workspace: str, channel: str) -> Room | None:
        """None: it was never set to anything."""
        key = (_r.platform == platform, _r.integration == integration, _r.workspace == workspace)
        row = await self._first(select(rooms).where(*key, _r.channel == channel))
        return None if row is None else Room.model_validate(dict(row))

    async def set_by(self, person: Account) -> Sequence[Room]:
        """Those that this person set last, by the channel's id."""
        here = (_r.platform == person.platform, _r.integration == person.integration)
        mine = (_r.workspace == person.workspace, _r.set_by == person.id)
        rows = await self._all(select(rooms).where(*here, *mine).order_by(_r.channel))
        return [Room.model_validate(dict(row)) for row in rows]

    async def put(self, room: Room) -> None:
        """Insert or replace; `updated_at` is now."""
        values = room.model_dump() | {"updated_at": clock()}
        news = {name: value for name, value in values.items() if name not in _ROOM_KEY}
        insert = self._insert(rooms).values(values)
        await self._count(insert.on_conflict_do_update(index_elements=_ROOM_KEY, set_=news))

    async def subscribe(self, subscription: Subscription) -> None:
        """Kept once a channel and repository."""
        values = _values(subscription)
        insert = self._insert(subscriptions).values(values | {"created_at": clock()})
        again = {name: values[name] for name in _LAST}
        await self._count(insert.on_conflict_do_update(index_elements=_KEY, set_=again))

    async def unsubscribe(self, subscription: Subscription) -> bool:
        """Whether there was one."""
        values = _values(subscription)
        return (
            await self._count(delete(subscriptions).where(*(_s[name] == values[name] for name in _KEY))) > 0
        )

    async def followers(self, forge: str, integration: str, repository: str) -> Sequence[Subscription]:
        """Of a repository, the oldest first."""
        here = (_s.forge == forge, _s.forge_integration == integration, _s.repository == repository)
        return await self._those(*here)

    async def followed(self, platform: str, integration: str, channel: str) -> Sequence[Subscription]:
        """By a channel, the oldest first."""
        return await self._those(
            _s.platform == platform, _s.integration == integration, _s.channel == channel
        )

    async def subscribed_by(self, person: Account) -> Sequence[Subscription]:
        """For the channels of this person's workspace, the oldest first."""
        here = (_s.platform == person.platform, _s.integration == person.integration)
        made = await self._those(*here, _s.by == person.id)
        return [each for each in made if each.thread.workspace == person.workspace]

    async def _those(self, *which: ColumnElement[bool]) -> list[Subscription]:
        rows = await self._all(select(subscriptions).where(*which).order_by(_s.id))
        return [
            Subscription.model_validate({name: row[name] for name in Subscription.model_fields})
            for row in rows
        ]


def _values(subscription: Subscription) -> dict[str, Any]:
    plain = {name: getattr(subscription, name) for name in Subscription.model_fields}
    return plain | {"channel": subscription.thread.channel}
