"""What every measure is given: where to write, what to load with, and how thorough to be."""

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.apps import SECRET
from benchmarks.measure import Cores
from benchmarks.payload import make_delivery
from benchmarks.requests import Batch, write_requests

SHARED_MEMORY = Path("/dev/shm")
NAME = "bellhop-bench-{number}.requests"


@dataclass
class Context:
    """`folder` lies on the disk whose durability is paid for; request files lie in memory where that is possible."""

    folder: Path
    requests_folder: Path
    tool: Path
    cores: Cores
    is_quick: bool
    _made: int = field(default=0)

    def room(self, name: str) -> Path:
        """A fresh folder on the disk."""
        path = self.folder / name
        path.mkdir(parents=True)
        return path

    def requests(self, count: int, template: bytes | None = None) -> Path:
        """A file of `count` requests that no other file repeats."""
        path = self.requests_folder / NAME.format(number=self._made)
        batch = Batch(template or make_delivery(), SECRET.encode(), 1 + self._made * 10_000_000, count)
        self._made += 1
        write_requests(path, batch)
        return path


def find_requests_folder(otherwise: Path) -> Path:
    """Memory if there is some: writing gigabytes to the measured disk would slow its fsyncs."""
    return SHARED_MEMORY if SHARED_MEMORY.is_dir() else otherwise
