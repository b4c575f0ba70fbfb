"""Who we are on each platform, as it told us last."""

from __future__ import annotations

from sqlalchemy import select

from adapters.storage.clock import clock
from adapters.storage.other_tables import accounts
from adapters.storage.rows import Rows
from models.message import Actor

_a = accounts.c


class AccountRows(Rows):
    """The `Accounts` port."""

    async def keep(self, platform: str, integration: str, account: Actor) -> None:
        """Insert or replace."""
        values = {"platform": platform, "integration": integration, "account": account, "told_at": clock()}
        news = {"account": account, "told_at": clock()}
        insert = self._insert(accounts).values(values)
        await self._count(insert.on_conflict_do_update(index_elements=["platform", "integration"], set_=news))

    async def find(self, platform: str, integration: str) -> Actor | None:
        """None: nobody was ever told."""
        here = (_a.platform == platform, _a.integration == integration)
        row = await self._first(select(_a.account).where(*here))
        return None if row is None else row["account"]
