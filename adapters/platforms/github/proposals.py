"""Pull requests as GitHub tells and takes them.

https://docs.github.com/en/rest/pulls/pulls
"""

from __future__ import annotations

from typing import Any

from adapters.platforms.github import paths
from adapters.platforms.github.client import Call
from adapters.platforms.github.markup import GAP, hidden
from bot.errors import ConflictError
from bot.platform import PullRequest, PullRequestDraft
from bot.safety import clip

LONGEST_TITLE = 256  # beyond these: 422 "title is too long", "body is too long"
LONGEST_BODY = 65_536


async def find_open(api: Call, repository: str, head_repository: str, head: str) -> PullRequest | None:
    """The open pull request of that branch."""
    owner = head_repository.partition("/")[0]
    query = {"state": "open", "head": f"{owner}:{head}", "per_page": 100}
    for found in await api.get(f"{paths.repository(repository)}/pulls", **query):
        pull = pull_of(found)
        # The filter knows owners alone, and a server that ignores it lists them all.
        if pull.head_ref == head and pull.head_repository.lower() == head_repository.lower():
            return pull
    return None


async def open_new(api: Call, draft: PullRequestDraft) -> PullRequest:
    """Open it, or take the one that is open already. Raises ConflictError when GitHub refuses."""
    path, body = f"{paths.repository(draft.repository)}/pulls", _body(draft)
    try:
        return pull_of(await api.post(path, body))
    except ConflictError as error:
        # Somebody was quicker, or an earlier attempt was heard after all.
        found = await find_open(api, draft.repository, draft.head_repository, draft.head)
        if found is not None:
            return found
        if not (draft.is_draft and "draft pull requests are not supported" in str(error).lower()):
            raise
    return pull_of(await api.post(path, body | {"draft": False}))


def _body(draft: PullRequestDraft) -> dict[str, Any]:
    body = {
        "title": clip(draft.title, LONGEST_TITLE),
        "body": _marked(draft),
        "head": draft.head,
        "base": draft.base,
        "draft": draft.is_draft,
    }
    owner, fork_owner = draft.repository.partition("/")[0], draft.head_repository.partition("/")[0]
    if draft.head_repository.lower() == draft.repository.lower():
        return body
    if owner.lower() == fork_owner.lower():
        return body | {"head_repo": draft.head_repository.partition("/")[2]}
    return body | {"head": f"{fork_owner}:{draft.head}", "maintainer_can_modify": True}


def _marked(draft: PullRequestDraft) -> str:
    """The body with its mark; a long one is clipped before the mark, never in it."""
    mark = f"{GAP}{hidden(draft.marker)}" if draft.marker else ""
    return clip(draft.body, LONGEST_BODY - len(mark)) + mark


def pull_of(found: Any) -> PullRequest:
    """GitHub's pull request as our noun."""
    head, base = found["head"], found["base"]
    theirs = (head.get("repo") or {}).get("full_name") or ""  # null: the fork is gone
    ours = (base.get("repo") or {}).get("full_name") or ""
    return PullRequest(
        number=found["number"],
        url=found.get("html_url") or "",
        head_ref=head["ref"],
        head_sha=head["sha"],
        head_repository=theirs,
        base_ref=base["ref"],
        is_open=found["state"] == "open",
        is_draft=bool(found.get("draft")),
        is_fork=theirs.lower() != ours.lower(),
        title=found.get("title") or "",
    )
