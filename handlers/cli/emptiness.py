"""Looking where nothing was ever kept: said, and nothing is made by looking."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from handlers.cli import output

NOTHING = "nothing here yet: {folder}; beside `make run` it is {folder}/playground\n"
LISTINGS = frozenset({"list", "unsent"})


def is_reading(args: argparse.Namespace) -> bool:
    """Whether the action changes nothing."""
    return args.action in LISTINGS | {"show"} or getattr(args, "dry_run", False)


def tell(args: argparse.Namespace, folder: Path) -> int:
    """Say so; the exit code. A listing of nothing is a good one, what was named is not found."""
    is_listing = args.action in LISTINGS
    if is_listing and args.json:
        output.as_json([])
    out = sys.stdout if is_listing and not args.json else sys.stderr
    out.write(NOTHING.format(folder=folder))
    return 0 if is_listing else 1
