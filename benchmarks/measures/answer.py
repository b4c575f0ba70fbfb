"""From the moment a person sends a comment to the moment the bot's words can be read, and does the loop ever stall?"""

import statistics
import time

from benchmarks.apps import App, whole_app
from benchmarks.context import Context
from benchmarks.github import Person
from benchmarks.measure import fsync_milliseconds, percentile
from benchmarks.results import Result, judge
from benchmarks.targets import ANSWER_MEDIAN_MILLISECONDS, ANSWER_P99_MILLISECONDS, STALL_MILLISECONDS

NAME = "comment to first words of the bot ({count} comments)"
GOAL = f"median < {ANSWER_MEDIAN_MILLISECONDS:.0f} ms, p99 < {ANSWER_P99_MILLISECONDS:.0f} ms"
SHOWN = "median {median:.0f}, p99 {p99:.0f} ms (a comment read back alone takes {bare:.0f} ms; fdatasync {fsync} ms)"
STALL = "longest stall of the app's event loop meanwhile"
STALL_GOAL = f"≤ {STALL_MILLISECONDS:.0f} ms"
QUESTION = "@bellhop ping"
ANSWER_SECONDS = 30.0
LAG_INTERVAL_SECONDS = 5.5  # the app shows the worst of every five seconds


def measure(context: Context) -> list[Result]:
    """Every comment on an issue of its own, one after the other."""
    count = 15 if context.is_quick else 100
    folder = context.room("answer")
    with whole_app(folder, workers=1) as app, Person(app.told) as person:
        _ask(person, "warm-up")
        bare = statistics.median(_read_back(person) for _ in range(10))
        times, lags = _ask_all(app, person, count)
    median, p99 = statistics.median(times), percentile(times, 0.99)
    is_reached = median < ANSWER_MEDIAN_MILLISECONDS and p99 < ANSWER_P99_MILLISECONDS
    shown = SHOWN.format(median=median, p99=p99, bare=bare, fsync=fsync_milliseconds(folder))
    return [
        Result(NAME.format(count=count), GOAL, shown, judge(is_reached), {"median": median, "p99": p99}),
        Result(
            STALL,
            STALL_GOAL,
            f"{max(lags):.1f} ms",
            judge(max(lags) <= STALL_MILLISECONDS),
            {"stall": max(lags)},
        ),
    ]


def _ask_all(app: App, person: Person, count: int) -> tuple[list[float], list[float]]:
    times, lags, looked = [], [], time.monotonic()
    for number in range(count):
        times.append(_ask(person, f"question {number}"))
        if time.monotonic() - looked > LAG_INTERVAL_SECONDS / 2:
            lags.append(app.lag_milliseconds())
            looked = time.monotonic()
    time.sleep(LAG_INTERVAL_SECONDS)
    return times, [*lags, app.lag_milliseconds()]


def _ask(person: Person, title: str) -> float:
    issue = person.open_issue(title)
    began = time.perf_counter()
    person.comment(issue, QUESTION)
    person.await_answer(issue, ANSWER_SECONDS)
    return (time.perf_counter() - began) * 1000


def _read_back(person: Person) -> float:
    issue = person.open_issue("calibration")
    began = time.perf_counter()
    person.comment(issue, "Nobody is asked.")
    person.answers(issue)
    return (time.perf_counter() - began) * 1000
