"""`help` offers exactly what dispatch allows."""

from __future__ import annotations

import pytest

from bot.commands import COMMANDS
from models.delivery import Disposition
from models.identity import Role
from tests.fakes.chat import ChatBench
from tests.fakes.services import Bench

SAMPLES = {"ask": "ask why?", "cancel": "cancel", "undo": "undo J-7K3Q"}


@pytest.mark.parametrize("role", list(Role))
async def test_in_help_exactly_when_not_denied(role: Role) -> None:
    bench = Bench()
    bench.platform.default_role = role
    await bench.hear("/bellhop help", comment_id="0")
    offered = {name for name, spec in COMMANDS.items() if f"`/bellhop {spec.usage}`" in bench.answers[0]}
    allowed = set()
    for number, name in enumerate(COMMANDS, 1):
        delivery = await bench.hear(f"/bellhop {SAMPLES.get(name, name)}", comment_id=str(number))
        if delivery.disposition is not Disposition.DENIED_ROLE:
            allowed.add(name)
    assert offered == allowed


async def test_it_names_what_more_rights_would_allow() -> None:
    bench = Bench()
    bench.platform.default_role = Role.READ
    await bench.hear("/bellhop help")
    assert "With role write or above also: `fix`, `ask`, `new`" in bench.answers[0]


async def test_it_begins_with_what_is_active_here() -> None:
    bench = Bench()
    await bench.hear("@bellhop fix", comment_id="1")
    [job] = await bench.jobs()
    await bench.hear("/bellhop help", comment_id="2")
    assert bench.answers[-1].startswith(f"Active here: {job.handle} (fix, queued).")


async def test_a_topic_is_explained_with_what_it_needs() -> None:
    bench = Bench()
    await bench.hear("/bellhop help cancel")
    assert bench.answers[0].startswith(
        "`/bellhop cancel [ID]`: stop a job, queued or running. Needs write; you have write."
    )


async def test_a_bare_address_is_help() -> None:
    bench = Bench()
    await bench.hear("@bellhop")
    assert "`/bellhop why` explains" in bench.answers[0]


async def test_whom_nobody_knows_yet_is_told_what_linking_would_allow() -> None:
    bench = ChatBench()
    await bench.say("@bellhop help")
    told = bench.whispers[-1].text
    assert "Once your accounts are linked (`@bellhop link`) also: `fix`, `ask`, `new`, `logs`" in told
    assert "With role" not in told


async def test_a_guest_is_promised_nothing() -> None:
    bench = ChatBench()
    bench.chat.guests.add("U1")
    await bench.link()
    await bench.say("@bellhop help")
    told = bench.whispers[-1].text
    assert "ping" in told
    assert "fix" not in told
    assert "With role" not in told
