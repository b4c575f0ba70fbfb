"""Folders of this host as they may be told: what an agent or a check prints says where it worked, and that is nobody's
business. A path in the workspace becomes relative to it, one in the agent's home begins with `~`.
"""

from __future__ import annotations

import re
from pathlib import Path

WORKSPACE, HOME, DATA, ATTACHMENTS = ".", "~", "data", "attachments"


class Folders:
    """Those that were seen; deeper ones are put first, for they lie in the others."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def know(self, folder: Path, name: str) -> None:
        """From here on `folder` is told as `name`."""
        for spelling in {folder.absolute(), folder.resolve()}:
            if spelling != Path(spelling.anchor):
                self._known[str(spelling)] = name

    def told(self, text: str) -> str:
        """`text` as it may be told."""
        for folder in sorted(self._known, key=len, reverse=True):
            if folder in text:
                text = _replaced(text, folder, self._known[folder])
        return text


def _replaced(text: str, folder: str, name: str) -> str:
    inside = "" if name == WORKSPACE else f"{name}/"
    text = re.sub(rf"{re.escape(folder)}/+(?=[^\s/])", lambda _: inside, text)
    return re.sub(rf"{re.escape(folder)}(?![\w.-])", lambda _: name, text)
