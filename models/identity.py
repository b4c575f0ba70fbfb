"""Who somebody is to Bellhop, and what a decision about them says."""

from __future__ import annotations

from enum import IntEnum

from models.base import Moment, Noun
from models.message import Thread


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


class Account(Noun):
    """Somebody on one instance of one platform. `id` never changes; `login` may, and is only shown.

    `workspace` is the tenant's id where account ids are only unique within one (a chat's workspaces).
    """

    platform: str
    integration: str = "default"
    workspace: str = ""
    id: str
    login: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells two accounts apart."""
        return self.platform, self.integration, self.workspace, self.id


class Linking(Noun):
    """A code that joins `account` with whatever account tells it in public, or signs in behind its link: used once, and
    only for some minutes.

    Only digests are kept, of the code and of what its link ends with (`door`; "" without a link): whoever reads them
    can use neither. `thread` is where its account was told.
    """

    digest: str
    account: Account
    door: str = ""
    thread: Thread | None = None
    expires_at: Moment
    created_at: Moment
    used_at: Moment | None = None
    used_by: Account | None = None


class Visit(Noun):
    """A browser that came back from the forge after it opened a link. It comes back once.

    `id` is a digest of what that browser alone holds, `linking` the code's whose link it opened. `account` is who it is
    there, as soon as the forge has said so.
    """

    id: str
    linking: str
    account: Account | None = None
    expires_at: Moment
