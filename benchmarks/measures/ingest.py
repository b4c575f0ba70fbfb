"""Deliveries kept on disk a second, against a server that keeps nothing."""

from collections.abc import Sequence

from benchmarks.apps import web_app, yardstick
from benchmarks.context import Context
from benchmarks.load_tool import LoadFailed, Outcome
from benchmarks.measure import Comparison, Contestant, Rounds, percentile, ratios
from benchmarks.results import Result, judge
from benchmarks.targets import INGEST_P99_RATIO, INGEST_RATIO

NAME = "ingest at {connections} connections, dispatcher paused"
SHOWN = (
    "{ratio} of the yardstick ({rate:.0f} of {yardstick:.0f}/s; {cpu:.0f} of {yardstick_cpu:.0f} µs cpu each)"
)
SHOWN_P99 = "{ratio} times the yardstick's ({ours:.1f} against {theirs:.1f} ms)"
APP, YARDSTICK = "app web", "yardstick"
# More than any machine takes in the given time; the yardstick, which keeps nothing, may see requests twice.
MOST_A_SECOND = 16_000


def measure(context: Context) -> list[Result]:
    """At each number of connections of the goals."""
    rounds = 2 if context.is_quick else 6
    seconds = 0.7 if context.is_quick else 1.5
    results = []
    for connections in INGEST_RATIO:
        results += _measure(context, Rounds(connections, seconds, rounds))
    return results


def _measure(context: Context, rounds: Rounds) -> list[Result]:
    folder = context.room(f"ingest-{rounds.connections}")
    total_seconds = rounds.warm_up_seconds + rounds.seconds * rounds.count
    file = context.requests(int(total_seconds * MOST_A_SECOND))
    try:
        with yardstick(folder) as floor, web_app(folder, is_dispatching=False) as app:
            contestants = [
                Contestant(floor, file, is_looping=True),
                Contestant(app.server, file, is_looping=False),
            ]
            found = Comparison(context.tool, context.cores, contestants).run(rounds)
            if app.kept() < (sent := contestants[1].next_request):
                raise LoadFailed(
                    f"ingest: {sent} deliveries were answered with 2xx, {app.kept()} are on disk"
                )
    finally:
        file.unlink()
    return _judge(rounds.connections, found[APP], found[YARDSTICK])


def _judge(connections: int, ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> list[Result]:
    name, goal = NAME.format(connections=connections), INGEST_RATIO[connections]
    ratio = ratios([o.rate for o in ours], [o.rate for o in theirs])
    p99 = ratios([o.latency_us["p99"] for o in ours], [o.latency_us["p99"] for o in theirs])
    shown = SHOWN.format(
        ratio=ratio,
        rate=percentile([o.rate for o in ours], 0.5),
        yardstick=percentile([o.rate for o in theirs], 0.5),
        cpu=percentile([o.cpu_us_per_request for o in ours], 0.5),
        yardstick_cpu=percentile([o.cpu_us_per_request for o in theirs], 0.5),
    )
    shown_p99 = SHOWN_P99.format(
        ratio=p99,
        ours=percentile([o.latency_us["p99"] for o in ours], 0.5) / 1000,
        theirs=percentile([o.latency_us["p99"] for o in theirs], 0.5) / 1000,
    )
    return [
        Result(name, f"≥ {goal}", shown, judge(ratio.median >= goal), {"ratio": ratio.median}),
        Result(
            f"{name}: p99",
            f"< {INGEST_P99_RATIO}",
            shown_p99,
            judge(p99.median < INGEST_P99_RATIO),
            {"ratio": p99.median},
        ),
    ]
