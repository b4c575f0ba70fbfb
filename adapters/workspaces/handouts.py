"""Files for the agent that are no part of the tree: they lie beside it, are never committed, and go with the job."""

from __future__ import annotations

import os
import re
from pathlib import Path

FOLDER = "attachments"
NAME = re.compile(r"[\w][\w.-]{0,254}")
ODD = "handing over a file: its name is not one we use"
# A new file, never through a link: what is there already is not ours.
FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write(folder: Path, name: str, content: bytes) -> Path:
    """Keep `content` in the job's folder; where. Raises OSError. Blocks."""
    if NAME.fullmatch(name) is None:
        raise OSError(ODD)
    place = folder / FOLDER
    place.mkdir(mode=0o700, exist_ok=True)
    path = place / name
    with os.fdopen(os.open(path, FLAGS, 0o600), "wb") as file:
        file.write(content)
    return path
