"""Does the app grow with what it has received?"""

from pathlib import Path

from benchmarks.apps import App, web_app
from benchmarks.context import Context
from benchmarks.load_tool import Load, LoadFailed, run
from benchmarks.processes import resident_bytes, wait_until
from benchmarks.results import Result, judge
from benchmarks.targets import MEMORY_GROWTH_MEGABYTES

NAME = "app memory over {count} deliveries, dispatcher on"
GOAL = f"< {MEMORY_GROWTH_MEGABYTES:.0f} MB more"
SHOWN = "{growth:+.1f} MB (from {before:.0f} to {after:.0f} MB)"
CONNECTIONS = 16
WARM_UP = 5000
CHUNK = 10_000
DRAINED_SECONDS = 180.0
MEGABYTE = 1024 * 1024


def measure(context: Context) -> list[Result]:
    """After a warm-up, which fills caches and pools; each chunk is worked off before the next one is sent."""
    count = CHUNK if context.is_quick else 10 * CHUNK
    with web_app(context.room("memory"), is_dispatching=True) as app:
        _send(context, app, WARM_UP)
        before = resident_bytes(app.server.pid)
        for _ in range(count // CHUNK):
            _send(context, app, CHUNK)
        after = resident_bytes(app.server.pid)
    growth = (after - before) / MEGABYTE
    shown = SHOWN.format(growth=growth, before=before / MEGABYTE, after=after / MEGABYTE)
    verdict = judge(growth < MEMORY_GROWTH_MEGABYTES)
    return [Result(NAME.format(count=count), GOAL, shown, verdict, {"growth_megabytes": growth})]


def _send(context: Context, app: App, count: int) -> None:
    file: Path = context.requests(count)
    try:
        outcome = run(context.tool, app.server.port, Load(file, CONNECTIONS, count=count), context.cores.load)
    finally:
        file.unlink()
    if not outcome.is_clean:
        raise LoadFailed(f"memory: {outcome}")
    wait_until(lambda: app.unfinished() == 0, "everything is worked off", DRAINED_SECONDS)
