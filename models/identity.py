"""Who somebody is to Bellhop, and what a decision about them says."""

from __future__ import annotations

from enum import IntEnum

from models.base import Noun


class Role(IntEnum):
    """What somebody may do in one repository, in the platform's own order. Compare with `>=`."""

    NONE = 0
    READ = 10
    TRIAGE = 20
    WRITE = 30
    MAINTAIN = 40
    ADMIN = 50

    @property
    def label(self) -> str:
        """As people say it."""
        return self.name.lower()


class Decision(Noun):
    """May this person run this command here, and why. `needs` and `has` word the refusal."""

    is_allowed: bool
    reason: str
    needs: Role = Role.NONE
    has: Role = Role.NONE
