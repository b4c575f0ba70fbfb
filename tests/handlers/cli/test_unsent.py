"""What no platform shows yet, why, and another try that doubles nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import AuthenticationError, NetworkError, NotFoundError
from handlers.cli import deliveries, parser
from tests.adapters.storage.nouns import HERE, outgoing
from tests.fakes.services import Bench

SECRET = "canary-secret-0123456789"


async def run(bench: Bench, line: str) -> int:
    """The command line, from its words to its exit code."""
    return await deliveries.run(bench.services, parser.build().parse_args(["deliveries", *line.split()]))


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """What was printed, as JSON."""
    return json.loads(capsys.readouterr().out)


async def given_up(bench: Bench, text: str = "/bellhop ping", **fields: Any) -> None:
    """An answer whose thread was gone."""
    bench.platform.failures["post"] = [NotFoundError(f"posting with {SECRET}: the thread is gone")]
    await bench.hear(text, **fields)


async def test_nothing_unsent_is_still_json(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    await bench.hear("/bellhop ping")
    assert await run(bench, "unsent --json") == 0
    assert told(capsys) == []


async def test_the_unsent_are_told_with_place_and_reason(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    await given_up(bench)
    bench.platform.failures["post"] = [AuthenticationError("posting: the token is refused")]
    await bench.hear("@bellhop fix", comment_id="78", number=43)
    assert await run(bench, "unsent --json") == 0
    dead, waiting = told(capsys)
    assert (dead["state"], waiting["state"]) == ("dead", "waiting")
    assert (dead["where"], waiting["where"]) == ("github acme/shop#42", "github acme/shop#43")
    assert dead["what"].startswith("reply: ")
    assert waiting["what"].startswith("card: bellhop:J-")
    assert [row["attempts"] for row in (dead, waiting)] == [1, 1]
    assert all(row["since"] and row["due_at"] for row in (dead, waiting))
    assert "the thread is gone" in dead["error"]
    assert waiting["error"] == "posting: the token is refused"


async def test_what_is_told_shows_no_secret(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.services = replace(bench.services, known_secrets=(SECRET,))
    await given_up(bench)
    assert await run(bench, "unsent") == 0
    out = capsys.readouterr().out
    assert "posting with ***: the thread is gone" in out
    assert SECRET not in out


async def test_a_whisper_is_told_with_whom_it_is_for_and_never_where_to_send_it(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "https://hooks.test/T1/U1"
    row = outgoing("whisper", audience="U1", answer_url=url)
    async with bench.storage.begin() as work:
        await work.outbox.put(row)
        [claimed] = await work.outbox.claim("here", 1, 60.0, **HERE)
        await work.outbox.bury(claimed, "here", f"posting to {url}: gone")
    for line in ("unsent --json", "unsent"):
        assert await run(bench, line) == 0
        out = capsys.readouterr().out
        assert "github acme/shop#42, for U1 alone" in out
        assert "posting to ***: gone" in out
        assert url not in out


async def test_the_listing_is_limited(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        await given_up(bench, comment_id=str(number), number=number + 1)
    assert await run(bench, "unsent --json --limit 2") == 0
    assert [row["where"] for row in told(capsys)] == ["github acme/shop#3", "github acme/shop#2"]


async def test_one_that_was_given_up_is_sent_again(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    await given_up(bench)
    assert await run(bench, "unsent --json") == 0
    [row] = told(capsys)
    assert await run(bench, f"resend {row['id']} --json") == 0
    assert told(capsys) == {"resent": [row["id"]], "missing": []}
    await bench.deliver_answers()
    assert len(bench.answers) == 1
    assert await run(bench, f"resend {row['id']}") == 1
    assert str(row["id"]) in capsys.readouterr().err


async def test_all_are_sent_again_and_none_is_doubled(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.platform.lost_answers["post"] = [NetworkError("posting: the connection broke")]
    await bench.hear("/bellhop ping")
    assert len(bench.answers) == 1, "it was posted, but nobody said so"
    await given_up(bench, comment_id="78", number=43)
    assert await run(bench, "resend --all") == 0
    assert capsys.readouterr().out.startswith("2 messages due again")
    await bench.deliver_answers()
    assert len(bench.answers) == 2
    assert await run(bench, "unsent --json") == 0
    assert told(capsys) == []


@pytest.mark.parametrize("line", ["resend", "resend 1 --all", "resend --all 1", "resend minus"])
def test_who_names_none_or_too_much_is_told_so(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.build().parse_args(["deliveries", *line.split()])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_several_can_be_named() -> None:
    args = parser.build().parse_args(["deliveries", "resend", "3", "4", "--json"])
    assert (args.ids, args.all, args.json) == ([3, 4], False, True)
