"""`make bench`: every measure beside its goal, as a Markdown table.

Exits 0 when every goal is reached, 1 when one is missed or a measure broke, 2 without a C compiler.
"""

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from benchmarks import load_tool
from benchmarks.context import Context, find_requests_folder
from benchmarks.measure import describe_machine, find_cores
from benchmarks.measures import MEASURES
from benchmarks.results import Result, Verdict, to_table

PREFIX = "bellhop-bench-"


def main() -> int:
    """Run what was asked for."""
    chosen = read_arguments()
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX, dir=chosen.folder) as folder,
        tempfile.TemporaryDirectory(prefix=PREFIX, dir=find_requests_folder(Path(folder))) as requests,
    ):
        return run(chosen, Path(folder), Path(requests))


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=MEASURES, help="only this measure; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds and rows: a look, no proof")
    parser.add_argument("--folder", type=Path, help="where to write (default: the system's temporary folder)")
    return parser.parse_args()


def run(chosen: argparse.Namespace, folder: Path, requests: Path) -> int:
    """Measure, print, judge."""
    try:
        tool = load_tool.build(folder)
    except load_tool.LoadFailed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    print("\n".join(describe_machine(folder)), flush=True)
    context = Context(folder, requests, tool, find_cores(), chosen.quick)
    results: list[Result] = []
    for name in chosen.only or MEASURES:
        results += measure(name, context)
    print(f"\n{to_table(results)}", flush=True)
    return 1 if any(result.is_miss for result in results) else 0


def measure(name: str, context: Context) -> list[Result]:
    """One measure's results; one that breaks is a line of the table, and the others go on."""
    began = time.monotonic()
    sys.stderr.write(f"{name} ... ")
    sys.stderr.flush()
    try:
        found = MEASURES[name](context)
    except Exception as error:  # noqa: BLE001 - whatever broke it, the table must say so
        traceback.print_exc()
        found = [
            Result(name, "to be measured", f"{type(error).__name__}: {first_line(error)}", Verdict.BROKEN)
        ]
    sys.stderr.write(f"{time.monotonic() - began:.0f} s\n")
    return found


def first_line(error: Exception) -> str:
    """The first line of what an error says."""
    return (str(error).splitlines() or [""])[0]


if __name__ == "__main__":
    sys.exit(main())
