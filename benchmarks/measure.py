"""Measuring fairly on a machine that is never quiet: interleaved rounds, ratios within a round, processor time."""

import dataclasses
import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import load_tool
from benchmarks.load_tool import Load, LoadFailed, Outcome
from benchmarks.processes import Server, cpu_seconds, pin

FSYNCS = 200
FSYNC_BYTES = 8192


@dataclass(frozen=True)
class Cores:
    """Servers on one core, the load on another; None: a machine with a single core."""

    server: int | None
    load: int | None


def find_cores() -> Cores:
    """The first two cores this process may use."""
    cores = sorted(os.sched_getaffinity(0))
    return Cores(cores[0], cores[1]) if len(cores) > 1 else Cores(None, None)


@dataclass
class Contestant:
    """A server in a comparison, and where in its request file it stands."""

    server: Server
    requests: Path
    is_looping: bool
    next_request: int = 0


@dataclass(frozen=True)
class Rounds:
    """How to compare. Every contestant has a short warm-up before the first round."""

    connections: int
    seconds: float
    count: int
    warm_up_seconds: float = 0.3


class Comparison:
    """Contestants in the order A B, B A, A B ...: what slows the machine slows all of them."""

    def __init__(self, tool: Path, cores: Cores, contestants: Sequence[Contestant]) -> None:
        self._tool = tool
        self._cores = cores
        self._contestants = contestants

    def run(self, rounds: Rounds) -> dict[str, list[Outcome]]:
        """Outcomes of each, in the order of the rounds. Raises LoadFailed unless all is answered with 2xx."""
        found: dict[str, list[Outcome]] = {c.server.name: [] for c in self._contestants}
        for contestant in self._contestants:
            pin(contestant.server.pid, self._cores.server)
            self._load(contestant, rounds.connections, rounds.warm_up_seconds)
        for number in range(rounds.count):
            order = self._contestants if number % 2 == 0 else list(reversed(self._contestants))
            for contestant in order:
                outcome = self._load(contestant, rounds.connections, rounds.seconds)
                found[contestant.server.name].append(outcome)
        return found

    def _load(self, contestant: Contestant, connections: int, seconds: float) -> Outcome:
        load = Load(
            contestant.requests,
            connections,
            seconds,
            first=contestant.next_request,
            is_looping=contestant.is_looping,
        )
        began = cpu_seconds(contestant.server.pid)
        outcome = load_tool.run(self._tool, contestant.server.port, load, self._cores.load)
        spent = cpu_seconds(contestant.server.pid) - began
        if not outcome.is_clean:
            raise LoadFailed(f"{contestant.server.name}: {outcome}\n{contestant.server.last_words()}")
        if not contestant.is_looping:
            contestant.next_request += outcome.requests
        return dataclasses.replace(outcome, cpu_us_per_request=spent * 1e6 / outcome.requests)


@dataclass(frozen=True)
class Spread:
    """A median with the least and the greatest of what it comes from."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} [{self.least:.2f}–{self.most:.2f}]"


def spread(values: Sequence[float]) -> Spread:
    """Of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Ours to theirs, round by round."""
    return spread([a / b for a, b in zip(ours, theirs, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def fsync_milliseconds(folder: Path) -> Spread:
    """What one durable write costs in `folder`."""
    path, times = folder / "fsync", []
    with path.open("wb", buffering=0) as file:
        for _ in range(FSYNCS):
            file.write(b"x" * FSYNC_BYTES)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    path.unlink()
    return spread(times)


def describe_machine(folder: Path) -> list[str]:
    """The lines that say under what conditions the figures were found."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return [
        f"python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores of {model}",
        f"fdatasync in the data folder: {fsync_milliseconds(folder)} ms",
        f"load average when this began: {os.getloadavg()[0]:.1f} (others at work make every figure worse)",
    ]
