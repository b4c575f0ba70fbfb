"""A forge that hangs, refuses or answers in part delays nobody, and its silence is not taken for an answer."""

from __future__ import annotations

import asyncio

import pytest

from bot.directory import FRESH_SECONDS, LOOKUPS_AT_ONCE, MOST_SILENCES, PARTLY_FRESH_SECONDS, Directory
from bot.errors import AuthenticationError, IntegrationError, RateLimitError
from models.message import Actor
from tests.fakes.forge import ADA, HUNG, Clock, SlowForge, known, settle


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(clock: Clock) -> Directory:
    return Directory(clock)


async def test_a_forge_that_hangs_delays_nobody_and_is_not_taken_for_none(directory: Directory) -> None:
    forge = SlowForge()
    forge.lists.clear()
    assert await directory.writable(forge, ADA, 0.01) == []
    assert await directory.writable(forge, ADA, 0.01) == []
    forge.lists.set()
    assert await known(directory, forge) == ["acme/shop", "acme/till"]
    assert len(forge.wanted) == 1, "the look-up went on"


async def test_who_hangs_up_stops_no_look_up(directory: Directory) -> None:
    forge = SlowForge()
    forge.lists.clear()
    typing = asyncio.create_task(known(directory, forge))
    await settle()
    typing.cancel()
    await settle()
    forge.lists.set()
    assert await known(directory, forge) == ["acme/shop", "acme/till"]
    assert len(forge.wanted) == 1


async def test_while_it_is_looked_up_again_what_was_known_is_offered(
    directory: Directory, clock: Clock
) -> None:
    forge = SlowForge()
    await known(directory, forge)
    clock.seconds += FRESH_SECONDS
    forge.rights.clear()
    assert await directory.writable(forge, ADA, 0.01) == ["acme/shop", "acme/till"]
    forge.rights.set()
    await known(directory, forge)


@pytest.mark.parametrize("error", [HUNG, RateLimitError("asking"), AuthenticationError("asking")])
async def test_a_list_that_does_not_come_is_not_taken_for_none(
    directory: Directory, error: IntegrationError
) -> None:
    forge = SlowForge()
    forge.failures["repositories"] = [error]
    assert await known(directory, forge) == []
    assert await known(directory, forge) == ["acme/shop", "acme/till"]


async def test_a_list_that_does_not_come_takes_nothing_away(directory: Directory, clock: Clock) -> None:
    forge = SlowForge()
    await known(directory, forge)
    clock.seconds += FRESH_SECONDS
    forge.failures["repositories"] = [HUNG]
    assert await known(directory, forge) == ["acme/shop", "acme/till"]


@pytest.mark.parametrize("error", [HUNG, RateLimitError("asking"), AuthenticationError("asking")])
async def test_rights_that_nobody_tells_are_not_taken_for_none(
    directory: Directory, error: IntegrationError
) -> None:
    forge = SlowForge()
    forge.answers = dict.fromkeys(forge.known_repositories, error)
    assert await known(directory, forge) == []
    forge.answers = {}
    assert await known(directory, forge) == ["acme/shop", "acme/till"]


async def test_one_that_does_not_answer_hides_no_other_and_is_asked_about_soon(
    directory: Directory, clock: Clock
) -> None:
    forge = SlowForge()
    forge.answers["acme/shop"] = HUNG
    assert await known(directory, forge) == ["acme/till"]
    assert await known(directory, forge) == ["acme/till"]
    assert len(forge.wanted) == 1, "not with every letter"
    forge.answers = {}
    clock.seconds += PARTLY_FRESH_SECONDS
    assert await known(directory, forge) == ["acme/shop", "acme/till"]


async def test_one_that_does_not_answer_stays_as_it_was(directory: Directory, clock: Clock) -> None:
    forge = SlowForge()
    await known(directory, forge)
    clock.seconds += FRESH_SECONDS
    forge.answers["acme/shop"] = HUNG
    assert await known(directory, forge) == ["acme/shop", "acme/till"]


async def test_one_whose_rights_we_may_not_know_is_left_out(directory: Directory, clock: Clock) -> None:
    forge = SlowForge()
    forge.answers["acme/shop"] = AuthenticationError("asking", is_forbidden=True)
    assert await known(directory, forge) == ["acme/till"]
    clock.seconds += PARTLY_FRESH_SECONDS
    await known(directory, forge)
    assert len(forge.wanted) == 1, "that is an answer"


@pytest.mark.parametrize(
    ("error", "most"),
    [(HUNG, MOST_SILENCES + LOOKUPS_AT_ONCE - 1), (RateLimitError("asking"), LOOKUPS_AT_ONCE)],
)
async def test_a_forge_that_does_not_answer_is_left_alone(
    directory: Directory, error: IntegrationError, most: int
) -> None:
    forge = SlowForge([f"acme/r{number}" for number in range(100)])
    forge.answers = dict.fromkeys(forge.known_repositories, error)
    await known(directory, forge)
    assert len(forge.asked) <= most


async def test_a_defect_of_an_adapter_breaks_no_answer(directory: Directory) -> None:
    """The task fails and says so to the loop; whoever types sees what is known."""
    forge = SlowForge()
    forge.answers["acme/shop"] = KeyError("a defect")
    task = directory.refresh(forge, ADA)
    assert task is not None
    assert "acme/shop" not in await known(directory, forge)
    assert isinstance(task.exception(), KeyError)


async def test_one_forge_that_hangs_holds_up_no_other(directory: Directory) -> None:
    hung, other = SlowForge(), SlowForge(["widgets/api"])
    other.integration = "second"
    hung.rights.clear()
    many = [Actor(id=str(number), login=f"p{number}") for number in range(LOOKUPS_AT_ONCE)]
    for each in many:
        directory.refresh(hung, each)
    await settle()
    assert await directory.writable(other, ADA, 1.0) == ["widgets/api"]
    hung.rights.set()
    for each in many:
        await known(directory, hung, each)
