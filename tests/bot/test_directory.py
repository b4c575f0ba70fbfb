"""What a person may write to is looked up beside everything else, offered as far as it is known, and not for ever."""

from __future__ import annotations

import asyncio

import pytest

from bot.directory import FRESH_SECONDS, LOOKUPS_AT_ONCE, MOST_PEOPLE, MOST_REPOSITORIES, Directory
from models.identity import Role
from models.message import Actor
from tests.fakes.chat import FakeChat
from tests.fakes.forge import ADA, ENOUGH_SECONDS, Clock, SlowForge, known, settle

BO = Actor(id="102", login="bo")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(clock: Clock) -> Directory:
    return Directory(clock)


async def test_only_what_the_person_may_write_to_is_offered(directory: Directory) -> None:
    names = ["a/none", "a/read", "a/triage", "a/write", "a/maintain", "a/admin"]
    forge = SlowForge(names)
    roles = [Role.NONE, Role.READ, Role.TRIAGE, Role.WRITE, Role.MAINTAIN, Role.ADMIN]
    forge.answers = dict(zip(names, roles, strict=True))
    assert await known(directory, forge) == names[3:]


async def test_nobody_is_offered_what_another_may_write_to(directory: Directory) -> None:
    forge = SlowForge()
    await known(directory, forge)
    forge.answers = dict.fromkeys(forge.known_repositories, Role.READ)
    assert await known(directory, forge, BO) == []
    assert await known(directory, forge) == ["acme/shop", "acme/till"]


async def test_another_instance_of_the_forge_is_another(directory: Directory) -> None:
    first, second = SlowForge(), SlowForge(["widgets/api"])
    second.integration = "second"
    assert await known(directory, first) == ["acme/shop", "acme/till"]
    assert await known(directory, second) == ["widgets/api"]


async def test_an_archived_one_is_neither_offered_nor_asked_about(directory: Directory) -> None:
    forge = SlowForge()
    forge.archived = {"acme/shop"}
    assert await known(directory, forge) == ["acme/till"]
    assert forge.asked == [("ada", "acme/till")]


async def test_a_platform_without_repositories_offers_none(directory: Directory) -> None:
    assert await directory.writable(FakeChat(), ADA, ENOUGH_SECONDS) == []


async def test_what_is_known_is_fresh_for_five_minutes(directory: Directory, clock: Clock) -> None:
    forge = SlowForge()
    await known(directory, forge)
    forge.known_repositories = ["acme/till", "acme/new"]
    clock.seconds += FRESH_SECONDS - 1
    assert await known(directory, forge) == ["acme/shop", "acme/till"]
    assert len(forge.wanted) == 1
    clock.seconds += 1
    assert await known(directory, forge) == ["acme/till", "acme/new"]
    assert len(forge.wanted) == 2


async def test_a_right_that_was_lost_is_offered_no_more_once_it_is_looked_up(
    directory: Directory, clock: Clock
) -> None:
    forge = SlowForge()
    await known(directory, forge)
    forge.answers["acme/shop"] = Role.READ
    clock.seconds += FRESH_SECONDS
    assert await known(directory, forge) == ["acme/till"]


async def test_one_look_up_at_a_time_a_person(directory: Directory) -> None:
    forge = SlowForge()
    forge.rights.clear()
    first = directory.refresh(forge, ADA)
    assert first is not None
    assert directory.refresh(forge, ADA) is first
    assert directory.refresh(forge, BO) is not first
    letters = [asyncio.create_task(known(directory, forge)) for _ in range(20)]
    await settle()
    forge.rights.set()
    assert await asyncio.gather(*letters) == [["acme/shop", "acme/till"]] * 20
    assert sorted(name for login, name in forge.asked if login == "ada") == ["acme/shop", "acme/till"]
    assert directory.refresh(forge, ADA) is None


async def test_a_part_is_offered_as_soon_as_it_is_known(directory: Directory) -> None:
    class LateForge(SlowForge):
        async def role_of(self, actor: Actor, repository: str) -> Role:
            if repository == "acme/last":
                await self.rights.wait()
            return Role.WRITE

    forge = LateForge(["acme/first", "acme/last", "acme/third"])
    forge.rights.clear()
    assert await directory.writable(forge, ADA, 0.01) == ["acme/first", "acme/third"]
    forge.rights.set()
    assert await known(directory, forge) == ["acme/first", "acme/last", "acme/third"], (
        "the last pushed to first"
    )


async def test_few_are_asked_about_at_once_whoever_asks(directory: Directory) -> None:
    forge = SlowForge([f"acme/r{number}" for number in range(40)])
    people = [Actor(id=str(number), login=f"p{number}") for number in range(5)]
    found = await asyncio.gather(*(known(directory, forge, each) for each in people))
    assert found == [forge.known_repositories] * 5
    assert len(forge.asked) == 200
    assert forge.most_inside == LOOKUPS_AT_ONCE


async def test_who_comes_later_does_not_wait_for_all_of_the_first(directory: Directory) -> None:
    forge = SlowForge([f"acme/r{number}" for number in range(40)])
    await asyncio.gather(known(directory, forge, ADA), known(directory, forge, BO))
    assert ("bo", "acme/r0") in forge.asked[:12]


async def test_an_account_of_thousands_costs_no_more_than_the_newest(directory: Directory) -> None:
    forge = SlowForge([f"acme/r{number}" for number in range(5000)])
    assert await known(directory, forge) == forge.known_repositories[:MOST_REPOSITORIES]
    assert forge.wanted == [MOST_REPOSITORIES]
    assert len(forge.asked) == MOST_REPOSITORIES


async def test_only_so_many_people_are_remembered_and_the_longest_known_goes(directory: Directory) -> None:
    forge = SlowForge(["acme/shop"])
    people = [Actor(id=str(number), login=f"p{number}") for number in range(MOST_PEOPLE + 1)]
    for each in people:
        await known(directory, forge, each)
    before = len(forge.wanted)
    for each in people[1:]:
        assert directory.refresh(forge, each) is None, "still known"
    await known(directory, forge, people[0])
    assert len(forge.wanted) == before + 1, "forgotten, and looked up again"
