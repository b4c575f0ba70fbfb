"""From a mention on Slack to the bot's first words below it; and what Slack itself waits for, with all hands at work.

Slack shows an error to whoever waits for longer than three seconds. While the second is measured, jobs run and GitHub
takes requests and answers none.
"""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.apps import App, whole_app
from benchmarks.context import Context
from benchmarks.github import Person
from benchmarks.measure import percentile
from benchmarks.processes import wait_until
from benchmarks.results import Result, Verdict, judge
from benchmarks.slack import Colleague
from benchmarks.targets import ANSWER_MEDIAN_MILLISECONDS, SLACK_P99_MILLISECONDS

NAME = "mention on Slack to first words of the bot ({count} mentions)"
GOAL = f"median < {ANSWER_MEDIAN_MILLISECONDS:.0f} ms"
SHOWN = "median {median:.0f}, p99 {p99:.0f} ms (a message read back alone takes {bare:.0f} ms)"
BUSY = "Slack's requests answered while {jobs} jobs run and GitHub hangs ({count} requests)"
BUSY_GOAL = f"p99 < {SLACK_P99_MILLISECONDS:.0f} ms, none failed"
BUSY_SHOWN = "median {median:.0f}, p99 {p99:.0f}, slowest {slowest:.0f} ms, {failed} failed"
ANSWER_SECONDS = 30.0
JOBS, QUICK_JOBS = 50, 6
START_SECONDS = 300.0
AT_ONCE = 4
SLOW = 'match: take your time\nsteps:\n  - sleep: 600\n  - result: "Took it."\n'
LIMITS = {"BELLHOP_MAX_JOBS_PER_PERSON": "100", "BELLHOP_MAX_ANSWERS_PER_HOUR": "10000"}


def measure(context: Context) -> list[Result]:
    """Mentions one after the other on an idle app; then everything at once on a busy one."""
    return [_measure_mentions(context), _measure_busy(context)]


def _measure_mentions(context: Context) -> Result:
    count = 15 if context.is_quick else 100
    with whole_app(context.room("mention"), workers=1, **LIMITS) as app, Colleague(app.told) as colleague:
        for _ in range(3):  # warm-up
            _mention(colleague)
        bare = statistics.median(_read_back(colleague) for _ in range(10))
        times = [_mention(colleague) for _ in range(count)]
    median, p99 = statistics.median(times), percentile(times, 0.99)
    shown = SHOWN.format(median=median, p99=p99, bare=bare)
    verdict = judge(median < ANSWER_MEDIAN_MILLISECONDS)
    return Result(NAME.format(count=count), GOAL, shown, verdict, {"median": median, "p99": p99})


def _mention(colleague: Colleague) -> float:
    began = time.perf_counter()
    ts = colleague.say("@bellhop ping")
    colleague.await_answer(ts, ANSWER_SECONDS)
    return (time.perf_counter() - began) * 1000


def _read_back(colleague: Colleague) -> float:
    began = time.perf_counter()
    colleague.say("Nobody is asked.")
    colleague.read()
    return (time.perf_counter() - began) * 1000


def _measure_busy(context: Context) -> Result:
    jobs, rounds = (QUICK_JOBS, 20) if context.is_quick else (JOBS, 150)
    room = context.room("busy")
    with whole_app(room, workers=jobs, **LIMITS) as app, Colleague(app.told) as colleague:
        with Person(app.told) as person:
            colleague.link(person)
        Path(app.told["scripts"], "-slow.yaml").write_text(SLOW)
        for _ in range(jobs):
            colleague.ask_for_work("take your time")
        wait_until(lambda: app.at_work() >= jobs, f"{jobs} agents are at work", START_SECONDS)
        _hang(app)
        colleague.forget_attempts()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda number: _bother(colleague, number), range(rounds)))
        tried = colleague.attempts()
    return busy_result(jobs, [each["seconds"] * 1000 for each in tried], [each["status"] for each in tried])


def _hang(app: App) -> None:
    """GitHub takes every request and answers none. What runs has its repository by now."""
    fault = {"kind": "hang", "method": "*", "path": ".*", "seconds": 600, "times": 1_000_000}
    httpx.post(f"{app.told['control_url']}/faults", json=fault, trust_env=False).raise_for_status()


def _bother(colleague: Colleague, number: int) -> None:
    """A mention, a request that GitHub is asked about, a typed command or a click."""
    kinds = (
        lambda: colleague.say("@bellhop ping"),
        lambda: colleague.ask_for_work("something that GitHub is asked about"),
        lambda: colleague.type("status"),
        lambda: colleague.type("whoami"),
        colleague.use_shortcut,
    )
    kinds[number % len(kinds)]()


def busy_result(jobs: int, times: list[float], statuses: list[int | None]) -> Result:
    """The line, from milliseconds and HTTP statuses."""
    failed = sum(status is None or status >= 300 for status in statuses)
    name = BUSY.format(jobs=jobs, count=len(times))
    if not times:
        return Result(name, BUSY_GOAL, "nothing was sent", Verdict.BROKEN)
    p99 = percentile(times, 0.99)
    shown = BUSY_SHOWN.format(median=statistics.median(times), p99=p99, slowest=max(times), failed=failed)
    verdict = judge(p99 < SLACK_P99_MILLISECONDS and not failed)
    return Result(name, BUSY_GOAL, shown, verdict, {"p99": p99, "failed": failed})
