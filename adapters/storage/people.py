"""Which accounts belong to one person, and the codes that join them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, not_, select, text, update

from adapters.storage.account_columns import INSTANCE, PARTS, is_beside, is_of, to_account, to_columns
from adapters.storage.chat_tables import IS_UNUSED, identities, linkings, people
from adapters.storage.clock import after, clock
from adapters.storage.rows import Rows
from models.identity import Account, Linking

_i = identities.c
_l = linkings.c
_OTHERS_OF = select(func.count()).select_from(identities).where(_i.person_id == people.c.id)
# Two links at once could each make a person of their own. https://www.postgresql.org/docs/current/explicit-locking.html
ONE_LINK = text("SELECT pg_advisory_xact_lock(7307015)")
SAME_INSTANCE = "linking two accounts: both are of {platform}/{integration}"


class PeopleRows(Rows):
    """The `People` port."""

    async def partners(self, account: Account) -> list[Account]:
        """All other accounts of whoever has this one, the newest link first."""
        is_theirs = and_(*is_of(identities, account))
        person = select(_i.person_id).where(is_theirs).scalar_subquery()
        others = select(identities).where(_i.person_id == person, not_(is_theirs))
        return [to_account(row) for row in await self._all(others.order_by(_i.id.desc()))]

    async def partner(self, account: Account, platform: str, integration: str) -> Account | None:
        """The account there of whoever has this one; of several (in several tenants) the newest link."""
        here = (platform, integration)
        those = (other for other in await self.partners(account) if other.key[:2] == here)
        return next(those, None)

    async def link(self, account: Account, other: Account) -> None:
        """Both belong to one person from now on; a person's earlier account beside `account` is replaced."""
        if account.key[: len(INSTANCE)] == other.key[: len(INSTANCE)]:
            told = {"platform": account.platform, "integration": account.integration}
            raise ValueError(SAME_INSTANCE.format(**told))
        await self._be_alone()
        before, person = await self._person_of(account), await self._person_of(other)
        if person is None:
            person = await self._make_person()
            await self._join(other, person)
        if before != person:
            replaced = and_(_i.person_id == person, *is_beside(identities, account))
            await self._count(delete(identities).where(replaced))
            await self._leave(account)
            await self._join(account, person)
        await self.rename(account)
        await self.rename(other)

    async def unlink(self, account: Account) -> list[Account]:
        """`account` stands alone from now on. The accounts it was linked with."""
        await self._be_alone()
        partners = await self.partners(account)
        await self._leave(account)
        return partners

    async def rename(self, account: Account) -> None:
        """Remember the login as it is now; an account nobody knows is not made."""
        if account.login:
            changed = update(identities).where(*is_of(identities, account), _i.login != account.login)
            await self._count(changed.values(login=account.login))

    async def offer(self, linking: Linking) -> None:
        """Keep a code in the place of the account's unused one."""
        await self._offer(linking)

    async def offer_once(self, linking: Linking) -> bool:
        """Keep a code unless the account's unused one still lives. Whether it is kept."""
        return await self._offer(linking, _l.expires_at <= clock()) > 0

    async def offered(self, door: str) -> Linking | None:
        """The unused code whose link this is, within its time by the database's clock."""
        is_good = (_l.door == door, IS_UNUSED, _l.expires_at > clock())
        row = await self._first(select(linkings).where(*is_good))
        return None if row is None else _linking(row)

    async def linking(self, digest: str) -> Linking | None:
        """In whatever state."""
        row = await self._first(select(linkings).where(_l.digest == digest))
        return None if row is None else _linking(row)

    async def redeem(self, digest: str, by: Account) -> Linking | None:
        """Use the code up, by the database's clock. None: it is not to be used, or not by `by`."""
        is_good = (_l.digest == digest, IS_UNUSED, _l.expires_at > clock())
        used = update(linkings).where(*is_good, not_(and_(*is_beside(linkings, by))))
        row = await self._first(used.values(used_at=clock(), used_by=by).returning(linkings))
        return None if row is None else _linking(row)

    async def _offer(self, linking: Linking, *replaced: ColumnElement[bool]) -> int:
        lives = (linking.expires_at - linking.created_at).total_seconds()
        news: dict[str, Any] = {"digest": linking.digest, "login": linking.account.login}
        news |= {"created_at": clock(), "expires_at": after(lives)}
        news |= {"door": linking.door or None, "thread": linking.thread}
        insert = self._insert(linkings).values(to_columns(linking.account) | news)
        where = and_(*replaced) if replaced else None
        return await self._count(
            insert.on_conflict_do_update(index_elements=PARTS, index_where=IS_UNUSED, set_=news, where=where)
        )

    async def _be_alone(self) -> None:
        if not self._is_sqlite:
            await self._connection.execute(ONE_LINK)

    async def _person_of(self, account: Account) -> int | None:
        row = await self._first(select(_i.person_id).where(*is_of(identities, account)))
        return None if row is None else int(row["person_id"])

    async def _make_person(self) -> int:
        made = self._insert(people).values(created_at=clock()).returning(people.c.id)
        return int((await self._connection.execute(made)).scalar_one())

    async def _join(self, account: Account, person: int) -> None:
        joined = to_columns(account) | {"person_id": person, "linked_at": clock()}
        await self._count(self._insert(identities).values(joined))

    async def _leave(self, account: Account) -> None:
        """Whoever had it is forgotten with their last account, for that one is linked with nothing."""
        gone = delete(identities).where(*is_of(identities, account)).returning(_i.person_id)
        row = await self._first(gone)
        if row is not None:
            is_alone = _OTHERS_OF.scalar_subquery() < 2
            await self._count(delete(people).where(people.c.id == row["person_id"], is_alone))


def _linking(row: RowMapping) -> Linking:
    names = ("digest", "thread", "created_at", "expires_at", "used_at", "used_by")
    told = {name: row[name] for name in names} | {"door": row["door"] or "", "account": to_account(row)}
    return Linking.model_validate(told)
