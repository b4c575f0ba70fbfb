"""Opening a pull request: what GitHub checks, in its words.

docs.github.com/rest/pulls/pulls#create-a-pull-request
"""

from typing import Any

from aiohttp import web

from playground.github import access, history
from playground.github.actions.pulls import Proposal, open_pull
from playground.github.calls import Call
from playground.github.endpoints.pulls import title_and_body
from playground.github.failures import VALIDATION_FAILED, ApiFailure, invalid
from playground.github.records import Repository
from playground.github.replies import created
from playground.github.shapes.pulls import full_pull

RESOURCE = "PullRequest"
EXISTS = "A pull request already exists for {owner}:{branch}."
NO_COMMITS = "No commits between {base} and {head}"
NO_HISTORY = "The {branch} branch has no history in common with {base}"
FORK_COLLAB = "Fork collab can't be granted by someone without permission"


async def create_pull(call: Call) -> web.Response:
    """`POST .../pulls`: `head` is a branch, or `owner:branch` of a fork."""
    data = await call.json()
    title, body = title_and_body(data)
    head, head_ref = _find_head(call, data)
    base_ref = str(data.get("base") or "")
    shas = await _resolve(call, base_ref, head, head_ref)
    _refuse_twin(call, head, head_ref, base_ref)
    proposal = Proposal(
        call.repository, base_ref, shas[0], head, head_ref, shas[1], title, body,
        is_draft=data.get("draft") is True, maintainer_can_modify=data.get("maintainer_can_modify") is not False,
    )  # fmt: skip
    async with call.repository.lock:
        await _check_commits(call, proposal)
        _refuse_twin(call, head, head_ref, base_ref)
        pull = await open_pull(call.world, call.person, proposal)
    return created(call, full_pull(call.world.links, pull))


def _find_head(call: Call, data: dict[str, Any]) -> tuple[Repository, str]:
    """The repository and branch that `head` names; its author must be able to write there."""
    owner, colon, branch = str(data.get("head") or "").rpartition(":")
    head = _repository_of(call, owner, data.get("head_repo")) if colon else call.repository
    if head is None or not branch:
        raise invalid(RESOURCE, "head")
    if not access.allows(head, call.person, "write"):
        raise invalid(RESOURCE, "fork_collab", "custom", FORK_COLLAB)
    return head, branch


def _repository_of(call: Call, owner: str, name: Any) -> Repository | None:
    """The owner's repository in this network of forks."""
    root = call.repository.parent or call.repository
    network = [call.repository, root, *root.forks]
    owned = [item for item in network if item.owner.login.lower() == owner.lower()]
    return next((item for item in owned if name in (None, item.name, item.full_name)), None)


async def _resolve(call: Call, base_ref: str, head: Repository, head_ref: str) -> tuple[str, str]:
    base_sha = await call.world.git.resolve(call.repository.id, f"refs/heads/{base_ref}")
    if not base_sha:
        raise invalid(RESOURCE, "base")
    head_sha = await call.world.git.resolve(head.id, f"refs/heads/{head_ref}")
    if not head_sha:
        raise invalid(RESOURCE, "head")
    return base_sha, head_sha


def _refuse_twin(call: Call, head: Repository, head_ref: str, base_ref: str) -> None:
    for pull in call.repository.pulls:
        is_same = (pull.head_repository, pull.head_ref, pull.base_ref) == (head, head_ref, base_ref)
        if is_same and pull.issue.state == "open":
            message = EXISTS.format(owner=head.owner.login, branch=head_ref)
            raise _custom(message)


async def _check_commits(call: Call, proposal: Proposal) -> None:
    """Refuse a branch without new commits or without common history."""
    git, base_id = call.world.git, call.repository.id
    if proposal.head is not proposal.base:
        await git.bring(proposal.head.id, base_id, proposal.head_sha, f"refs/proposals/{proposal.head.id}")
    if not await history.count(git, base_id, f"{proposal.base_sha}..{proposal.head_sha}"):
        base, head = _labels(proposal)
        raise _custom(NO_COMMITS.format(base=base, head=head))
    if await history.merge_base(git, base_id, proposal.base_sha, proposal.head_sha) is None:
        raise _custom(NO_HISTORY.format(branch=proposal.head_ref, base=proposal.base_ref))


def _labels(proposal: Proposal) -> tuple[str, str]:
    if proposal.head is proposal.base:
        return proposal.base_ref, proposal.head_ref
    owners = proposal.base.owner.login, proposal.head.owner.login
    return f"{owners[0]}:{proposal.base_ref}", f"{owners[1]}:{proposal.head_ref}"


def _custom(message: str) -> ApiFailure:
    return ApiFailure(422, VALIDATION_FAILED, [{"resource": RESOURCE, "code": "custom", "message": message}])
