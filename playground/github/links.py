"""The addresses that objects carry: API and page URLs of one server."""

from dataclasses import dataclass

from playground.github.records import Issue, Repository


@dataclass(frozen=True)
class Links:
    """Builds URLs below `base` (`http://host:port`, no trailing slash)."""

    base: str

    @property
    def api(self) -> str:
        """The REST root: an Enterprise Server keeps it under `/api/v3`."""
        return f"{self.base}/api/v3"

    def repository(self, repository: Repository) -> str:
        """The API address of a repository."""
        return f"{self.api}/repos/{repository.full_name}"

    def page(self, repository: Repository) -> str:
        """The address of the repository's page."""
        return f"{self.base}/{repository.full_name}"

    def issue(self, issue: Issue) -> str:
        """The API address of an issue."""
        return f"{self.repository(issue.repository)}/issues/{issue.number}"

    def pull(self, issue: Issue) -> str:
        """The API address of a pull request."""
        return f"{self.repository(issue.repository)}/pulls/{issue.number}"

    def issue_page(self, issue: Issue) -> str:
        """The address a person opens: pull requests live under `/pull/`."""
        kind = "pull" if issue.pull else "issues"
        return f"{self.page(issue.repository)}/{kind}/{issue.number}"
