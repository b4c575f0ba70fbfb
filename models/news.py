"""What happened in a repository, for the channels that follow it."""

from __future__ import annotations

from enum import StrEnum

from models.base import Noun
from models.message import Actor


class Topic(StrEnum):
    """What a channel may follow, as people type it."""

    ISSUES = "issues"
    PULLS = "pulls"
    REVIEWS = "reviews"
    RELEASES = "releases"
    JOBS = "jobs"


class News(Noun):
    """One happening. `key` is the same in every delivery that tells of it.

    `what` is said of `actor` and ends where the object begins: `opened issue`. `is_private`: not everybody may read
    the repository, or nobody said so.
    """

    key: str
    topic: Topic
    repository: str
    what: str
    name: str = ""  # of the object: `#42`
    title: str = ""
    url: str = ""
    actor: Actor | None = None
    is_private: bool = True
