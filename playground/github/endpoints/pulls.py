"""Pull requests: list, open, read (also as diff), change, merge, files, commits.

docs.github.com/rest/pulls/pulls
"""

from typing import Any

from aiohttp import web

from playground.github import access, history
from playground.github.actions import issues, pulls
from playground.github.calls import Call, optional_text, text
from playground.github.events import pull_happened
from playground.github.failures import NEEDS_ADMIN, ApiFailure, forbidden, invalid, not_found
from playground.github.records import Pull
from playground.github.replies import answer, nothing, page
from playground.github.shapes.commits import change as change_shape
from playground.github.shapes.commits import commit as commit_shape
from playground.github.shapes.pulls import full_pull, simple_pull
from playground.github.shapes.users import simple_user

NOT_MERGEABLE = "Pull Request is not mergeable"
HEAD_MODIFIED = "Head branch was modified. Review and try the merge again."
MERGED = "Pull Request successfully merged"
DIFF_TYPES = {"diff": ["diff"], "patch": ["format-patch", "--stdout"]}


def find_pull(call: Call) -> Pull:
    """The pull request in the path; raises 404."""
    issue = call.repository.issues.get(call.number("number"))
    if issue is None or issue.pull is None:
        raise not_found()
    return issue.pull


async def list_pulls(call: Call) -> web.Response:
    """`GET .../pulls`: `state`, `head=owner:branch`, `base`, `sort`, `direction`."""
    found = [pull for pull in call.repository.pulls if _matches(call, pull)]
    field = "updated_at" if call.query("sort") == "updated" else "created_at"
    is_ascending = call.query("direction", "asc" if call.query("sort") else "desc") == "asc"
    found.sort(key=lambda pull: (getattr(pull.issue, field), pull.issue.number), reverse=not is_ascending)
    return page(call, found, lambda pull: simple_pull(call.world.links, pull))


def _matches(call: Call, pull: Pull) -> bool:
    is_state = call.query("state", "open") in (pull.issue.state, "all")
    is_base = call.query("base") in ("", pull.base_ref)
    owner, colon, branch = call.query("head").partition(":")
    if not colon:  # GitHub ignores a head without an owner
        return is_state and is_base
    head_owner = pull.head_repository.owner.login if pull.head_repository else ""
    return is_state and is_base and (owner.lower(), branch) == (head_owner.lower(), pull.head_ref)


async def get_pull(call: Call) -> web.StreamResponse:
    """`GET .../pulls/{number}`; as text when `Accept` asks for the diff or patch media type."""
    pull, accepted = find_pull(call), call.request.headers.get("Accept", "")
    for name in DIFF_TYPES:
        if f"application/vnd.github.{name}" in accepted or f"application/vnd.github.v3.{name}" in accepted:
            body = await read_diff(call, pull, name)
            return web.Response(text=body, content_type=f"application/vnd.github.{name}", charset="utf-8")
    return answer(call, full_pull(call.world.links, pull))


async def read_diff(call: Call, pull: Pull, kind: str) -> str:
    """The changes as one text, `diff` or `patch`."""
    start = await pulls.fork_point(call.world, pull)
    span = [start, pull.head_sha] if kind == "diff" else [f"{start}..{pull.head_sha}"]
    return (await call.world.git.text(call.repository.id, *DIFF_TYPES[kind], *span)) + "\n"


async def update_pull(call: Call) -> web.Response:
    """`PATCH .../pulls/{number}`: title, body, state, base; the author or somebody with triage rights."""
    pull, data = find_pull(call), await call.json()
    if pull.issue.user is not call.person and not access.allows(call.repository, call.actor, "triage"):
        raise forbidden(NEEDS_ADMIN)
    title, body = optional_text(data, "title", "PullRequest"), optional_text(data, "body", "PullRequest")
    state = data.get("state", pull.issue.state)
    if state not in ("open", "closed") or (pull.merged_at and state == "open"):
        raise invalid("PullRequest", "state")
    await _set_base(call, pull, data)
    issues.edit_text(call.world, call.person, pull.issue, title, body)
    issues.set_state(call.world, call.person, pull.issue, state)
    return answer(call, full_pull(call.world.links, pull))


async def _set_base(call: Call, pull: Pull, data: dict[str, Any]) -> None:
    base = data.get("base")
    if base in (None, pull.base_ref):
        return
    sha = await call.world.git.resolve(call.repository.id, f"refs/heads/{base}")
    if sha is None:
        raise invalid("PullRequest", "base")
    before = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
    pull.base_ref, pull.base_sha = str(base), sha
    await pulls.measure(call.world, pull)
    pull_happened(call.world, pull, call.person, "edited", changes={"base": before})


async def list_files(call: Call) -> web.Response:
    """`GET .../pulls/{number}/files`."""
    pull = find_pull(call)
    start = await pulls.fork_point(call.world, pull)
    found = await history.changes(call.world.git, call.repository.id, start, pull.head_sha)
    return page(
        call, found, lambda item: change_shape(call.world.links, call.repository, item, pull.head_sha)
    )


async def list_commits(call: Call) -> web.Response:
    """`GET .../pulls/{number}/commits`: oldest first."""
    pull = find_pull(call)
    span = f"{pull.base_sha}..{pull.head_sha}"
    found = await history.commits(call.world.git, call.repository.id, "--reverse", span)
    return page(call, found, lambda item: commit_shape(call.world, call.repository, item))


async def check_merged(call: Call) -> web.Response:
    """`GET .../pulls/{number}/merge`: 204 when merged, else 404."""
    if not find_pull(call).merged_at:
        raise not_found()
    return nothing()


async def merge_pull(call: Call) -> web.Response:
    """`PUT .../pulls/{number}/merge`: a merge commit; 405 with conflicts or a draft, 409 when `sha` moved on."""
    pull, data = find_pull(call), await call.json()
    if data.get("sha") not in (None, pull.head_sha):
        raise ApiFailure(409, HEAD_MODIFIED)
    if pull.is_draft or pull.issue.state == "closed":
        raise ApiFailure(405, NOT_MERGEABLE)
    async with call.repository.lock:
        sha = await pulls.merge(call.world, call.person, pull, data.get("commit_message"))
    if sha is None:
        raise ApiFailure(405, NOT_MERGEABLE)
    return answer(call, {"sha": sha, "merged": True, "message": MERGED})


async def request_reviewers(call: Call) -> web.Response:
    """`POST .../pulls/{number}/requested_reviewers`: `review_requested` for each new one."""
    pull, names = find_pull(call), (await call.json()).get("reviewers") or []
    users = [call.world.store.user(str(name)) for name in names]
    for user in users:
        if user is None or user is pull.issue.user:
            raise invalid("PullRequest", "reviewers")
        if user not in pull.requested_reviewers:
            pull.requested_reviewers.append(user)
            shape = simple_user(call.world.links, user)
            pull_happened(call.world, pull, call.person, "review_requested", requested_reviewer=shape)
    return answer(call, simple_pull(call.world.links, pull), 201)


def title_and_body(data: dict[str, Any]) -> tuple[str, str | None]:
    """The texts of a new pull request; raises 422."""
    return text(data, "title", "PullRequest"), optional_text(data, "body", "PullRequest")
