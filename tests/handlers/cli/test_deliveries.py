"""`bellhop deliveries`: what arrived, what became of it, and once more."""

from __future__ import annotations

import json

import pytest

from handlers.cli import deliveries, parser
from models.delivery import Delivery, Disposition, WebhookRequest
from tests.fakes.platform import SECRET, said
from tests.fakes.services import Bench


async def run(bench: Bench, line: str) -> int:
    """The command line, from its words to its exit code."""
    return await deliveries.run(bench.services, parser.build().parse_args(["deliveries", *line.split()]))


def told(capsys: pytest.CaptureFixture[str]) -> object:
    """What was printed, as JSON."""
    return json.loads(capsys.readouterr().out)


async def test_deliveries_are_listed_newest_first(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    await bench.hear("@bellhop ping", comment_id="1")
    await bench.hear("nobody is addressed", comment_id="2")
    assert await run(bench, "list") == 0
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split()[:3] == ["id", "platform", "event"]
    assert ["ignored:not_addressed" in row for row in rows] == [True, False]
    assert "answered" in rows[1]
    assert rows[0][heading.index(" reason ") + 1 :].startswith("not_addressed ")


async def test_a_listed_delivery_has_what_is_promised(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.hear("nobody is addressed")
    assert await run(bench, "list --json") == 0
    [row] = told(capsys)  # type: ignore[misc]
    assert {"id", "platform", "event", "received_at", "disposition", "reason"} <= set(row)
    assert (row["disposition"], row["reason"]) == ("ignored:not_addressed", "not_addressed")


async def test_nothing_listed_is_still_json(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(bench, "list --json") == 0
    assert told(capsys) == []


async def test_a_listing_is_limited_paged_and_filtered(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(4):
        await bench.hear("@bellhop ping" if number % 2 else "hello", comment_id=str(number))
    ids = [delivery.id for delivery in await bench.deliveries()]

    async def listed(line: str) -> list[int]:
        assert await run(bench, f"list --json {line}") == 0
        return [row["id"] for row in told(capsys)]  # type: ignore[attr-defined]

    assert await listed("--limit 2") == ids[:2]
    assert await listed(f"--before {ids[1]}") == ids[2:]
    assert await listed("--disposition answered") == [ids[0], ids[2]]
    assert await listed("--disposition ignored") == [ids[1], ids[3]]
    assert await listed("--platform gitlab") == []


async def test_one_is_shown_whole_its_secrets_masked(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = await bench.hear("hello \x1b[2J there")
    assert await run(bench, f"show {delivery.id}") == 0
    out = capsys.readouterr().out
    assert "ignored:not_addressed" in out
    assert "x-delivery: " in out
    assert "x-secret: ***" in out
    assert SECRET not in out
    assert "\x1b" not in out
    assert await run(bench, f"show {delivery.id} --json") == 0
    shown = told(capsys)
    assert isinstance(shown, dict)
    assert (shown["id"], shown["headers"]["x-secret"]) == (delivery.id, "***")
    assert json.loads(shown["body"])["message"] == "hello \x1b[2J there"


async def test_a_body_that_is_no_text_is_shown_all_the_same(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.receive(b"\xff\xfe\0\x1b[2J" + b"x" * 5000)
    [delivery] = await bench.deliveries()
    assert await run(bench, f"show {delivery.id}") == 0
    out = capsys.readouterr().out
    assert "…" in out
    assert [c for c in out if not c.isprintable() and c != "\n"] == []
    assert await run(bench, f"show {delivery.id} --json") == 0
    told(capsys)


@pytest.mark.parametrize(
    "line", ["show 999", "show 0", "replay 999", "replay 999 --dry-run", "show 999 --json"]
)
async def test_an_unknown_id_ends_with_1_and_a_line(
    bench: Bench, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    assert await run(bench, line) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"no delivery {line.split()[1]}\n")


# --- replay ---


async def test_a_dry_run_tells_the_plan_and_calls_nobody(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.receive(said("@bellhop fix the login test\n\n/bellhop cancle"))
    [delivery] = await bench.deliveries()
    before = await bench.deliveries()
    assert await run(bench, f"replay {delivery.id} --dry-run") == 0
    out = capsys.readouterr().out
    assert "ana" in out
    assert "acme/shop#42" in out
    assert "would          `fix` for anybody with role write or above on acme/shop" in out
    assert "would          suggest instead of `cancle`: cancel" in out
    assert bench.platform.calls == []
    assert (bench.queue.told, await bench.jobs(), bench.answers) == ([], [], [])
    assert await bench.deliveries() == before


async def test_a_dry_run_of_what_is_ignored_says_why(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.receive(said("nobody is addressed"))
    [delivery] = await bench.deliveries()
    assert await run(bench, f"replay {delivery.id} --dry-run --json") == 0
    shown = told(capsys)
    assert isinstance(shown, dict)
    assert shown["outcome"]["disposition"] == Disposition.IGNORED_NOT_ADDRESSED.value
    assert bench.platform.calls == []


async def test_a_dry_run_of_what_was_done_says_that_nothing_would_be_done_twice(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = await bench.hear("@bellhop fix the login test\n\n/bellhop ping")
    [job] = await bench.jobs()
    assert await run(bench, f"replay {delivery.id} --dry-run") == 0
    out = capsys.readouterr().out
    assert f"nothing for `fix`: done already by delivery {delivery.id} (accepted" in out
    assert job.handle in out
    assert f"nothing for `ping`: done already by delivery {delivery.id}" in out
    assert "for anybody with role" not in out


async def test_a_dry_run_of_a_twin_names_the_delivery_that_was_first(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    first = await bench.hear("/bellhop ping", comment_id="7")
    await bench.receive(said("/bellhop ping", comment_id="7"), key="twin")
    twin = next(each for each in await bench.deliveries() if each.id != first.id)
    assert await run(bench, f"replay {twin.id} --dry-run --json") == 0
    shown = told(capsys)
    assert isinstance(shown, dict)
    assert shown["plan"] == [
        f"nothing for `ping`: done already by delivery {first.id} (answered, ping answered)"
    ]


async def test_a_dry_run_of_bytes_that_nobody_can_read_is_an_answer_too(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.receive(b"\xff not json")
    [delivery] = await bench.deliveries()
    assert await run(bench, f"replay {delivery.id} --dry-run") == 0
    assert "error:normalize" in capsys.readouterr().out
    assert bench.platform.calls == []


async def test_what_a_stranger_wrote_stays_on_its_line(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.receive(said("/bellhop \x1b[2Jx"))
    [delivery] = await bench.deliveries()
    assert await run(bench, f"replay {delivery.id} --dry-run") == 0
    assert "\x1b" not in capsys.readouterr().out


async def test_a_replay_is_due_again(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    delivery = await bench.hear("just talking")
    assert await run(bench, f"replay {delivery.id}") == 0
    assert f"delivery {delivery.id} is due again" in capsys.readouterr().out
    [due] = await bench.deliveries()
    assert (due.disposition, due.finished_at) == (None, None)
    await bench.dispatch()
    [again] = await bench.deliveries()
    assert again.disposition is delivery.disposition


async def test_what_was_done_is_not_done_twice_and_stays_as_it_was_told(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = await bench.hear("@bellhop fix it")
    assert await run(bench, f"replay {delivery.id}") == 0
    assert f"delivery {delivery.id} was accepted" in capsys.readouterr().out
    await bench.dispatch()
    [same] = await bench.deliveries()
    assert same == delivery
    assert len(await bench.jobs()) == 1


async def test_a_delivery_that_is_being_worked_on_is_left_alone(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.receive(said("hello"))
    async with bench.storage.begin() as work:
        [claimed] = await work.deliveries.claim("there", 1, 60, platform="github", integration="default")
    assert await run(bench, f"replay {claimed.id} --json") == 1
    assert told(capsys) == {"id": claimed.id, "reopened": False}


async def test_a_delivery_of_a_platform_that_is_gone_can_still_be_shown(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.receive(said("hello"))
    [kept] = await bench.deliveries()
    odd = Delivery(
        platform="usenet", key="k", request=WebhookRequest(), received_at=kept.received_at, due_at=kept.due_at
    )
    await bench.storage.keep(odd)
    newest = (await bench.deliveries())[0]
    assert await run(bench, f"show {newest.id}") == 0
    assert "usenet" in capsys.readouterr().out
