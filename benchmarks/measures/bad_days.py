"""On bad days too, whoever calls the bot reads its words soon: no worker runs, Redis stands still, the agent fails.

Half of the comments ask a question, half ask for work: that the bot has to say it waits.
"""

import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import psutil

from benchmarks.apps import App, whole_app
from benchmarks.context import Context
from benchmarks.github import Person
from benchmarks.results import Result, judge
from benchmarks.targets import ANSWER_BAD_DAY_SECONDS

NAME = "comment to first words of the bot with {day} ({count} comments)"
GOAL = f"each ≤ {ANSWER_BAD_DAY_SECONDS:.0f} s"
SHOWN = "median {median:.0f}, slowest {slowest:.0f} ms"
ASKED = ("@bellhop ping", "@bellhop fix this please")
PATIENCE_SECONDS = 60.0


@contextmanager
def _standing_still(app: App) -> Iterator[None]:
    """Redis takes connections and answers none: worse than one that is gone."""
    family = psutil.Process(app.server.pid).children(recursive=True)
    [server] = [each for each in family if "redis-server" in " ".join(each.cmdline())]
    server.suspend()
    try:
        yield
    finally:
        server.resume()


@contextmanager
def _with_nothing_to_do(app: App) -> Iterator[None]:
    """The agent's scripts are gone: it fails at whatever it is asked."""
    shutil.rmtree(app.told["scripts"])
    yield


@contextmanager
def _as_it_is(_: App) -> Iterator[None]:
    yield


@dataclass(frozen=True)
class Day:
    """How many workers there are from the start, and what goes wrong once the app runs."""

    workers: int = 1
    trouble: Callable[[App], AbstractContextManager[None]] = _as_it_is


DAYS = {
    "no worker": Day(workers=0),
    "no Redis": Day(trouble=_standing_still),
    "no agent": Day(trouble=_with_nothing_to_do),
}


def measure(context: Context) -> list[Result]:
    """One line a day; every comment on an issue of its own, one after the other."""
    count = 4 if context.is_quick else 10  # half of them keep jobs, and a person may have ten
    return [_measure(context, name, day, count) for name, day in DAYS.items()]


def _measure(context: Context, name: str, day: Day, count: int) -> Result:
    folder = context.room(name.replace(" ", "-"))
    with whole_app(folder, workers=day.workers) as app, Person(app.told) as person:
        _ask(person, ASKED[0])  # warm-up
        with day.trouble(app):
            times = [_ask(person, ASKED[number % len(ASKED)]) for number in range(count)]
    return result(name, times)


def result(day: str, times: list[float]) -> Result:
    """The line of a day, from milliseconds."""
    slowest = max(times)
    shown = SHOWN.format(median=statistics.median(times), slowest=slowest)
    is_reached = slowest <= ANSWER_BAD_DAY_SECONDS * 1000
    return Result(
        NAME.format(day=day, count=len(times)), GOAL, shown, judge(is_reached), {"slowest": slowest}
    )


def _ask(person: Person, text: str) -> float:
    """Milliseconds from the comment to the bot's first words."""
    issue = person.open_issue(text)
    began = time.perf_counter()
    person.comment(issue, text)
    person.await_answer(issue, PATIENCE_SECONDS)
    return (time.perf_counter() - began) * 1000
