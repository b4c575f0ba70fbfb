"""What would be made of a delivery, with nothing of it done."""

from __future__ import annotations

import pytest

from bot.explain import Explanation, explain
from models.delivery import Delivery
from models.message import MessageKind
from tests.fakes.platform import said
from tests.fakes.services import Bench


async def explained(text: str, *, event: str = "message", **fields: object) -> tuple[Bench, Explanation]:
    bench = Bench()
    await bench.platform.me()
    await bench.receive(said(text, **fields), event=event)  # type: ignore[arg-type]
    [delivery] = await bench.deliveries()
    async with bench.storage.read() as work:
        whole = await work.deliveries.get(delivery.id)
    assert isinstance(whole, Delivery)
    bench.platform.calls.clear()
    return bench, explain(bench.services, whole)


async def test_a_command_is_named_with_what_it_needs_and_nobody_is_called() -> None:
    bench, told = await explained("@bellhop fix\n/bellhop whoami")
    assert [step.partition(" ")[0] for step in told.plan] == ["`fix`", "`whoami`"]
    assert told.plan[0] == "`fix` for anybody with role write or above on acme/shop"
    assert bench.platform.calls == []
    assert bench.answers == []
    assert await bench.jobs() == []


async def test_an_unknown_verb_would_be_suggested_for() -> None:
    _, told = await explained("/bellhop cancle J-7K3Q")
    assert told.plan == ("suggest instead of `cancle`: cancel",)


@pytest.mark.parametrize(
    ("text", "fields", "plan"),
    [
        ("hello", {}, "nothing: ignored:not_addressed, "),
        ("", {"kind": MessageKind.EVENT, "event": "issues.closed"}, "cancel what is still queued for it"),
        ("@bellhop fix", {"is_deleted": True, "is_created": False}, "cancel what is still queued for it"),
    ],
)
async def test_what_is_no_command(text: str, fields: dict[str, object], plan: str) -> None:
    _, told = await explained(text, **fields)
    [step] = told.plan
    assert step.startswith(plan)
