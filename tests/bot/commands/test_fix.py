"""`fix` keeps a job, with what was asked for and nothing else."""

from __future__ import annotations

import pytest

from models.delivery import Disposition
from tests.fakes.services import Bench


async def test_options_are_kept_with_the_request() -> None:
    bench = Bench()
    await bench.hear("/bellhop fix the login branch=release pr=ready agent=scripted model=small")
    [job] = await bench.jobs()
    request = job.request
    assert (request.branch, request.pr, request.agent, request.model) == (
        "release",
        "ready",
        "scripted",
        "small",
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "/bellhop fix agent=nobody",
            "No agent `nobody` here. There is `scripted`: `/bellhop fix agent=scripted`",
        ),
        ("/bellhop fix pr=maybe", "`pr=` takes draft, ready or none: `/bellhop fix pr=ready`"),
        (
            "/bellhop new repo=acme/other",
            "This thread is about acme/shop. Ask for acme/other in one of its own issues; here it is `/bellhop new`",
        ),
        (
            "/bellhop fix it budget=$2",
            "No job has a budget of its own here, so `budget=` cannot be met. Without it: `/bellhop fix`",
        ),
        ("/bellhop fix --branch", "`branch=` wants a value, as in `/bellhop fix branch=main`"),
        ("@bellhop mend it --model", "`model=` wants a value, as in `/bellhop fix model=NAME`"),
    ],
)
async def test_what_cannot_be_met_is_refused(text: str, answer: str) -> None:
    bench = Bench()
    delivery = await bench.hear(text)
    assert delivery.disposition is Disposition.ANSWERED
    assert bench.answers[0].startswith(answer)
    assert await bench.jobs() == []


async def test_free_text_is_said_to_be_free_text() -> None:
    bench = Bench()
    await bench.hear("@bellhop the login page is slow")
    assert "read as free text" in bench.answers[0]
    [job] = await bench.jobs()
    assert (job.request.verb, job.request.text) == ("fix", "the login page is slow")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("@bellhop fix the login brnach=main", "Did you mean `/bellhop fix branch=main`?"),
        (
            "/bellhop fix foo=bar",
            "has no option `foo=`. It takes agent=, branch=, budget=, model=, pr=, repo=",
        ),
        ("/bellhop ask foo=bar", "`ask` has no option `foo=`. It takes agent=, model="),
    ],
)
async def test_an_unknown_option_is_refused_and_begins_nothing(line: str, told: str) -> None:
    bench = Bench()
    await bench.hear(line)
    assert told in bench.answers[0]
    assert await bench.jobs() == []
