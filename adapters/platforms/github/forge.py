"""GitHub as a forge: repositories, branches, pull requests, forks.

https://docs.github.com/en/rest/repos
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from adapters.platforms.github import pages, paths, proposals, templates
from adapters.platforms.github.client import Call, Client
from adapters.platforms.github.news import read_news
from bot.errors import AuthenticationError, ConflictError, IntegrationError, NotFoundError
from bot.platform import GitRemote, PullRequest, PullRequestDraft, RepositoryInfo
from models.delivery import Delivery
from models.message import Actor
from models.news import News

# Any of these forbids pushing to a branch that it covers.
# https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
FORBIDDING_RULES = frozenset({"creation", "update", "pull_request", "required_status_checks", "merge_queue"})
MOST_RULES = 300
LAST_PUSHED_FIRST = {
    "affiliation": "owner,collaborator,organization_member",
    "sort": "pushed",
    "direction": "desc",
}
GIT_USER = (
    "x-access-token"  # takes any kind of token: docs.github.com/en/apps (authenticating as an installation)
)
FORK_POLL_SECONDS = 1.0


class GitHubForge:
    """The `Forge` port."""

    def __init__(self, client: Client, html_url: str, token: SecretStr) -> None:
        self._client = client
        self._html_url = html_url
        self._token = token

    def remote(self, repository: str) -> GitRemote:
        """Where git finds the repository. Raises NotFoundError for a name that is none."""
        paths.repository(repository)
        return GitRemote(url=f"{self._html_url}/{repository}.git", username=GIT_USER, token=self._token)

    def news(self, delivery: Delivery) -> News | None:
        """What those who follow the repository are told of it."""
        return read_news(delivery)

    def commit_email(self, actor: Actor) -> str:
        """The no-reply address by which GitHub credits a commit to an account; on an Enterprise Server with its host.

        https://docs.github.com/en/account-and-profile/reference/email-addresses-reference
        """
        host = urlsplit(self._html_url).hostname
        number = f"{actor.id}+" if actor.id else ""
        return f"{number}{actor.login}@users.noreply.{host}"

    async def repository(self, repository: str) -> RepositoryInfo:
        """The repository. A renamed one comes with its new name."""
        async with self._client.calling(f"looking at {repository}") as api:
            return _repository(await api.get(paths.repository(repository)))

    async def repositories(self, most: int) -> Sequence[RepositoryInfo]:
        """Those the token's account owns, works in or reaches through an organization, the ones pushed to last first.

        https://docs.github.com/en/rest/repos/repos#list-repositories-for-the-authenticated-user
        """
        async with self._client.calling("listing the repositories of our account") as api:
            listed = await pages.read(api, paths.OWN_REPOSITORIES, most, **LAST_PUSHED_FIRST)
            # A push while the pages are read moves a repository to another page: it is listed twice then.
            once = {each["full_name"]: _repository(each) for each in listed}
            return list(once.values())[:most]

    async def has_branch(self, repository: str, branch: str) -> bool:
        """Whether there is one of exactly that name: a renamed one is redirected to its new name."""
        async with self._client.calling(f"looking for the branch {branch} of {repository}") as api:
            try:
                found = await api.get(paths.existing_branch(repository, branch))
            except NotFoundError:
                return False
            return bool(found["name"] == branch)

    async def pull(self, repository: str, number: int) -> PullRequest:
        """The pull request."""
        async with self._client.calling(f"looking at {repository}#{number}") as api:
            return proposals.pull_of(await api.get(paths.pull(repository, number)))

    async def pull_template(self, repository: str, base: str) -> str:
        """The template of the branch `base`; "" without one."""
        async with self._client.calling(f"looking for the pull request template of {repository}") as api:
            return await templates.find(api, repository, base)

    async def find_pull(self, repository: str, head_repository: str, head: str) -> PullRequest | None:
        """The open pull request of that branch."""
        async with self._client.calling(f"looking for the pull request of {head_repository}:{head}") as api:
            return await proposals.find_open(api, repository, head_repository, head)

    async def open_pull(self, draft: PullRequestDraft) -> PullRequest:
        """The open one of the same head as it is, else a new one. Raises ConflictError when GitHub refuses it."""
        async with self._client.calling(f"opening a pull request in {draft.repository}") as api:
            found = await proposals.find_open(api, draft.repository, draft.head_repository, draft.head)
            return found or await proposals.open_new(api, draft)

    async def close_pull(self, repository: str, number: int) -> None:
        """Close it unmerged. Closing twice changes nothing."""
        async with self._client.calling(f"closing {repository}#{number}") as api:
            await api.patch(paths.pull(repository, number), {"state": "closed"})

    async def delete_branch(self, repository: str, branch: str) -> None:
        """Delete it. GitHub answers 422 "Reference does not exist" for one that is gone."""
        async with self._client.calling(f"deleting the branch {branch} of {repository}") as api:
            try:
                await api.delete(paths.branch(repository, branch))
            except NotFoundError:
                return
            except ConflictError as error:
                if "does not exist" not in str(error):
                    raise

    async def may_push(self, repository: str, branch: str) -> bool:
        """Whether our token may push at all, and no rule that can be read covers a branch of that name."""
        async with self._client.calling(f"looking whether {repository} takes our branch") as api:
            if not _repository(await api.get(paths.repository(repository))).can_push:
                return False
            rules = await _rules(api, repository, branch)
            return not any(rule["type"] in FORBIDDING_RULES for rule in rules)

    async def fork(self, repository: str) -> str:
        """Our fork's name. GitHub answers with the one there is, and makes a new one in the background.

        https://docs.github.com/en/rest/repos/forks#create-a-fork
        """
        async with self._client.calling(f"forking {repository}") as api:
            made = await api.post(f"{paths.repository(repository)}/forks", {"default_branch_only": True})
            name, branch = made["full_name"], made["default_branch"]
            await _arrival(api, name, branch)
            return str(name)


async def _rules(api: Call, repository: str, branch: str) -> Sequence[Any]:
    """What may not be read forbids nothing: the push itself will tell.

    GitHub answers 403 for a private repository on a plan without rules, an older server 404, a lookalike 405 or 501.
    https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
    """
    try:
        return await pages.read(api, paths.rules(repository, branch), MOST_RULES)
    except IntegrationError as error:
        is_unknown = isinstance(error, AuthenticationError) and not error.is_forbidden
        if error.retryable or is_unknown:
            raise  # too many requests, no answer, a token that is none: asked another time, it may tell
        return ()


async def _arrival(api: Call, repository: str, branch: str) -> None:
    """Wait until a fork is filled; the call's limit bounds it."""
    while not await _is_there(api, repository, branch):  # noqa: ASYNC110 - nobody tells us: it happens at GitHub's
        await asyncio.sleep(FORK_POLL_SECONDS)


async def _is_there(api: Call, repository: str, branch: str) -> bool:
    """Whether the fork's default branch has arrived: only then does it take a push. Empty ones answer 409."""
    try:
        # Not `/git/refs/`: reading one reference is `/git/ref/`.
        await api.get(paths.branch(repository, branch).replace("/git/refs/", "/git/ref/"))
    except (NotFoundError, ConflictError):
        return False
    return True


def _repository(found: Any) -> RepositoryInfo:
    # Without `permissions` (not every kind of token is told them) the push itself will tell.
    may_push = (found.get("permissions") or {}).get("push", True)
    is_archived = bool(found.get("archived"))
    return RepositoryInfo(
        name=found["full_name"],
        default_branch=found["default_branch"],
        is_private=bool(found.get("private")),
        is_archived=is_archived,
        can_push=bool(may_push) and not is_archived,
    )
