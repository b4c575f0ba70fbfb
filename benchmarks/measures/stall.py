"""Does the app's event loop ever stand still while whole jobs go by: clone, agent, checks, pull request, follow-up?"""

import re
import time

from benchmarks.apps import App, whole_app
from benchmarks.context import Context
from benchmarks.github import NoAnswer, Person
from benchmarks.results import Result, judge
from benchmarks.targets import STALL_MILLISECONDS

NAME = "longest stall of the app's event loop in {count} jobs with their follow-ups"
GOAL = f"≤ {STALL_MILLISECONDS:.0f} ms"
DONE = re.compile(r"✅ J-\w+ done in .*PR #\d+")
ANSWERED = re.compile(r"[✅❌] J-\w+ ")
ISSUE = 1  # the planted bug, which the scripted agent knows how to mend
JOB_SECONDS = 60.0
LOOK_SECONDS = 0.1
LAG_INTERVAL_SECONDS = 5.5  # the app shows the worst of every five seconds


def measure(context: Context) -> list[Result]:
    """A request for a fix and one that continues it, each waited for until its card tells its end."""
    count = 1 if context.is_quick else 4
    with whole_app(context.room("stall"), workers=1) as app, Person(app.told) as person:
        time.sleep(LAG_INTERVAL_SECONDS)  # what the start cost is not asked
        lags: list[float] = []
        for number in range(count):
            _ask(app, person, "@bellhop new" if number else "@bellhop fix this please", 2 * number, lags)
            _ask(app, person, "@bellhop please also write down why", 2 * number + 1, lags)
        time.sleep(LAG_INTERVAL_SECONDS)
        worst = max(*lags, app.lag_milliseconds())
    shown = f"{worst:.1f} ms"
    return [
        Result(NAME.format(count=count), GOAL, shown, judge(worst <= STALL_MILLISECONDS), {"stall": worst})
    ]


def _ask(app: App, person: Person, text: str, before: int, lags: list[float]) -> None:
    """Ask, and look at the lag until `before` + 1 cards have come to their end. Raises NoAnswer."""
    person.comment(ISSUE, text)
    wanted = DONE if before == 0 else ANSWERED
    ends = time.monotonic() + JOB_SECONDS
    while sum(bool(wanted.match(body)) for body in person.answers(ISSUE)) <= before:
        if time.monotonic() > ends:
            raise NoAnswer(f"waiting {JOB_SECONDS:.0f} s for the end of {text!r}")
        lags.append(app.lag_milliseconds())
        time.sleep(LOOK_SECONDS)
