"""Every measure, by the name that `--only` takes."""

from collections.abc import Callable

from benchmarks.context import Context
from benchmarks.measures import answer, bad_days, drain, ingest, job_start, memory, mention, scale, stall
from benchmarks.results import Result

Measure = Callable[[Context], list[Result]]

MEASURES: dict[str, Measure] = {
    "ingest": ingest.measure,
    "drain": drain.measure,
    "answer": answer.measure,
    "mention": mention.measure,
    "bad-days": bad_days.measure,
    "stall": stall.measure,
    "job-start": job_start.measure,
    "scale": scale.measure,
    "memory": memory.measure,
}
