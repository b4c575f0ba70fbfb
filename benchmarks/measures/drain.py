"""Deliveries received and worked off a second with the dispatcher on: what can be sustained for ever."""

import time
from pathlib import Path

from benchmarks.apps import App, web_app, yardstick
from benchmarks.context import Context
from benchmarks.load_tool import Load, LoadFailed, run
from benchmarks.processes import Server, pin, wait_until
from benchmarks.results import Result, Verdict
from benchmarks.targets import DRAIN_RATIO_AIM

NAME = "receive and dispatch, until nothing waits"
GOAL = f"aim {DRAIN_RATIO_AIM}"
SHOWN = (
    "{ratio:.2f} of the yardstick ({rate:.0f}/s; received at {received:.0f}/s, "
    "the backlog of {backlog} gone {after:.1f} s later)"
)
CONNECTIONS = 64
DRAINED_SECONDS = 180.0


def measure(context: Context) -> list[Result]:
    """One burst, timed until the last delivery of it has its disposition."""
    count = 4000 if context.is_quick else 20_000
    folder = context.room("drain")
    file = context.requests(count)
    try:
        with yardstick(folder) as floor, web_app(folder, is_dispatching=True) as app:
            for server in (floor, app.server):
                pin(server.pid, context.cores.server)
            before = _rate(context, floor, file, count)
            facts = _burst(context, app, Load(file, CONNECTIONS, count=count))
            floor_rate = (before + _rate(context, floor, file, count)) / 2
    finally:
        file.unlink()
    ratio = facts["rate"] / floor_rate
    return [Result(NAME, GOAL, SHOWN.format(ratio=ratio, **facts), Verdict.REPORTED, {"ratio": ratio})]


def _rate(context: Context, server: Server, file: Path, count: int) -> float:
    load = Load(file, CONNECTIONS, count=count, is_looping=True)
    return run(context.tool, server.port, load, context.cores.load).rate


def _burst(context: Context, app: App, load: Load) -> dict[str, float]:
    began = time.monotonic()
    outcome = run(context.tool, app.server.port, load, context.cores.load)
    if not outcome.is_clean:
        raise LoadFailed(f"drain: {outcome}")
    backlog, received_at = app.unfinished(), time.monotonic()
    wait_until(lambda: app.unfinished() == 0, "the backlog is gone", DRAINED_SECONDS)
    ended = time.monotonic()
    return {
        "rate": outcome.requests / (ended - began),
        "received": outcome.rate,
        "backlog": backlog,
        "after": ended - received_at,
    }
