"""Where a message comes from."""

from __future__ import annotations

from enum import StrEnum


class SourceType(StrEnum):
    """The platforms, by the names the shared-infrastructure document gives them.

    `OPENHANDS` is the internal platform: Bellhop's own console.
    """

    GITHUB = "github"
    GITLAB = "gitlab"
    OPENHANDS = "openhands"
    SLACK = "slack"
    JIRA = "jira"
    JIRA_DC = "jira_dc"
    LINEAR = "linear"
