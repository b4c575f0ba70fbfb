"""Who holds a claim: one process of one machine, told from every other there is or was."""

from __future__ import annotations

from typing import Self

from pydantic import ValidationError

from models.base import Noun

PARTS = 6


class Owner(Noun):
    """As a claim's row holds it: `host/pid/started_ticks/boot_id/space/nonce`.

    A pid is given out again; with its start (in clock ticks since the boot) and the boot it is an identity, within the
    `space` of pids the process lives in: a container's pids say nothing elsewhere. `nonce` tells apart what one process
    opened twice. `host` is for people.
    """

    host: str
    pid: int
    started_ticks: int
    boot_id: str
    space: str
    nonce: str

    def to_text(self) -> str:
        """For a row."""
        return "/".join(str(part).replace("/", "_") for part in self.model_dump().values())

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """None: nothing that `to_text` wrote; another release's, or a test's."""
        parts = text.split("/")
        if len(parts) != PARTS:
            return None
        try:
            return cls.model_validate(dict(zip(cls.model_fields, parts, strict=True)))
        except ValidationError:
            return None
