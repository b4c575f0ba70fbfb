"""The load tool: compiled once with the system's C compiler, run on its own core, its JSON read back."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).with_name("load.c")
FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror")
COMPILERS = ("cc", "gcc", "clang")
NO_COMPILER = "compiling the load tool: there is no C compiler on PATH (cc, gcc or clang)"


class LoadFailed(Exception):
    """The load tool could not be built, or did not do what it was told; the text says what it said."""


@dataclass(frozen=True)
class Load:
    """What to send. `first` is the number of the first request of the file; `rate` 0 means as fast as answers come."""

    requests: Path
    connections: int
    seconds: float = 0.0
    count: int = 0
    first: int = 0
    rate: float = 0.0
    is_poisson: bool = False
    is_looping: bool = False

    def to_options(self) -> list[str]:
        """The command line."""
        options = [
            f"--requests={self.requests}",
            f"--connections={self.connections}",
            f"--first={self.first}",
        ]
        options += [f"--seconds={self.seconds}"] if self.seconds else []
        options += [f"--count={self.count}"] if self.count else []
        options += [f"--rate={self.rate}"] if self.rate else []
        return options + ["--poisson"] * self.is_poisson + ["--loop"] * self.is_looping


@dataclass(frozen=True)
class Outcome:
    """What came back; latencies in microseconds."""

    requests: int
    seconds: float
    rate: float
    latency_us: dict[str, int]
    status: dict[str, int]
    errors: dict[str, int]
    unsent: int = 0
    cpu_us_per_request: float = field(default=0.0, compare=False)

    @property
    def is_clean(self) -> bool:
        """Every request was answered with 2xx."""
        return self.requests > 0 and self.status["2xx"] == self.requests and not any(self.errors.values())


def build(folder: Path) -> Path:
    """Compile the load tool into `folder`. Raises LoadFailed."""
    compiler = next((found for name in COMPILERS if (found := shutil.which(name))), None)
    if compiler is None:
        raise LoadFailed(NO_COMPILER)
    tool = folder / "load"
    done = subprocess.run(
        [compiler, *FLAGS, "-o", str(tool), str(SOURCE), "-lm"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LoadFailed(f"compiling the load tool: {done.stderr}")
    return tool


def run(tool: Path, port: int, load: Load, core: int | None = None) -> Outcome:
    """Send it to 127.0.0.1:`port` and wait for the end. Raises LoadFailed when nothing was answered."""

    def settle() -> None:
        if core is not None:
            os.sched_setaffinity(0, {core})

    done = subprocess.run(
        [tool, f"--port={port}", *load.to_options()],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=settle,
    )
    if done.returncode:
        raise LoadFailed(f"loading port {port}: {done.stderr or done.stdout}")
    return Outcome(**json.loads(done.stdout))
