"""A change: the branch and pull request that the jobs of one conversation work on together."""

from __future__ import annotations

from models.base import Moment, Noun


class Change(Noun):
    """Found by its issue or by its pull request, so that a follow-up on either continues on the same branch.

    `place` is its repository as threads have it (`Thread.place`): another platform may know the same name. `session`
    resumes the agent's conversation; `head_sha` is what Bellhop pushed last, the lease of the next push.
    """

    id: int = 0
    place: str
    repository: str
    issue_number: int | None = None
    pull_number: int | None = None
    pull_url: str = ""
    branch: str
    base: str
    head_sha: str = ""
    head_repository: str = ""  # where the branch lives when it is a fork
    agent: str = ""
    session: str | None = None
    job_id: str = ""
    is_open: bool = True
    updated_at: Moment
