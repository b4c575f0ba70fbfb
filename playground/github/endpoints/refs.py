"""Git refs and branches, with the rules that protect them.

docs.github.com/rest/git/refs, docs.github.com/rest/branches/branches, docs.github.com/rest/repos/rules
"""

import re
from fnmatch import fnmatchcase
from typing import Any

from aiohttp import web

from playground.github import history
from playground.github.actions.refs import BRANCHES, TAGS, Move, announce
from playground.github.calls import Call, text
from playground.github.failures import ApiFailure, not_found, unprocessable
from playground.github.git import GitFailure
from playground.github.records import EMPTY_SHA, Repository
from playground.github.replies import answer, created, nothing, page
from playground.github.shapes.commits import commit as commit_shape
from playground.github.shapes.commits import ref as ref_shape
from playground.github.shapes.commits import short_branch

EXISTS = "Reference already exists"
MISSING = "Reference does not exist"
BAD_NAME = "Reference name must start with 'refs/' and contain at least three components"
BAD_SHA = "The sha parameter must be exactly 40 characters and contain only [0-9a-f]."
NO_OBJECT = "Object does not exist"
NOT_FAST_FORWARD = "Update is not a fast forward"
PROTECTED = "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"
NOT_PROTECTED = "Branch not protected"
NO_BRANCH = "Branch not found"
UNUSED_PROTECTIONS = ("required_linear_history", "allow_force_pushes", "allow_deletions")
RULES = ("pull_request", "non_fast_forward", "deletion")


def is_protected(repository: Repository, branch: str) -> bool:
    """Whether a rule forbids direct pushes to the branch."""
    return any(fnmatchcase(branch, pattern) for pattern in repository.protected)


def _refuse_protected(call: Call, ref: str) -> None:
    if ref.startswith(BRANCHES) and is_protected(call.repository, ref.removeprefix(BRANCHES)):
        raise unprocessable(PROTECTED)


async def _shape(call: Call, ref: str, sha: str) -> dict[str, object]:
    kind = await call.world.git.text(call.repository.id, "cat-file", "-t", sha)
    return ref_shape(call.world.links, call.repository, ref, (kind, sha))


async def _find(call: Call) -> tuple[str, str]:
    ref = "refs/" + call.path("ref").removeprefix("refs/")
    sha = (await call.world.git.refs(call.repository.id, ref)).get(ref)
    if sha is None:
        raise not_found()
    return ref, sha


async def get_ref(call: Call) -> web.Response:
    """`GET .../git/ref/{ref}`: exactly this ref."""
    return answer(call, await _shape(call, *await _find(call)))


async def list_refs(call: Call) -> web.Response:
    """`GET .../git/matching-refs/{ref}`: every ref that starts so."""
    prefix = "refs/" + call.path("ref")
    refs = await call.world.git.refs(call.repository.id)
    shapes = [await _shape(call, ref, sha) for ref, sha in refs.items() if ref.startswith(prefix)]
    return page(call, shapes, lambda shape: shape)


async def create_ref(call: Call) -> web.Response:
    """`POST .../git/refs`: 422 when it exists or the object does not."""
    data = await call.json()
    ref, sha = text(data, "ref", "Reference"), _sha(data)
    if not ref.startswith((BRANCHES, TAGS)) or not ref.split("/", 2)[2]:
        raise unprocessable(BAD_NAME)
    async with call.repository.lock:
        if ref in await call.world.git.refs(call.repository.id, ref):
            raise unprocessable(EXISTS)
        await _move(call, Move(ref, EMPTY_SHA, sha))
    return created(call, await _shape(call, ref, sha))


def _sha(data: dict[str, Any]) -> str:
    sha = text(data, "sha", "Reference")
    if not re.fullmatch("[0-9a-f]{40}", sha):
        raise unprocessable(BAD_SHA)
    return sha


async def update_ref(call: Call) -> web.Response:
    """`PATCH .../git/refs/{ref}`: 422 unless it is a fast forward or `force`."""
    data = await call.json()
    sha = _sha(data)
    async with call.repository.lock:
        ref, before = await _existing(call)
        _refuse_protected(call, ref)
        if data.get("force") is not True and not await call.world.git.is_ancestor(
            call.repository.id, before, sha
        ):
            raise unprocessable(NOT_FAST_FORWARD)
        await _move(call, Move(ref, before, sha))
    return answer(call, await _shape(call, ref, sha))


async def delete_ref(call: Call) -> web.Response:
    """`DELETE .../git/refs/{ref}`: 422 when it is not there."""
    async with call.repository.lock:
        ref, before = await _existing(call)
        _refuse_protected(call, ref)
        await _move(call, Move(ref, before, EMPTY_SHA))
    return nothing()


async def _existing(call: Call) -> tuple[str, str]:
    try:
        return await _find(call)
    except ApiFailure as failure:
        raise unprocessable(MISSING) from failure


async def _move(call: Call, move: Move) -> None:
    try:
        await call.world.git.update(call.repository.id, move.ref, move.after, None)
    except GitFailure as error:
        raise unprocessable(NO_OBJECT) from error
    await announce(call.world, call.person, call.repository, [move])


async def list_branches(call: Call) -> web.Response:
    """`GET .../branches`."""
    refs = await call.world.git.refs(call.repository.id, BRANCHES)
    names = {ref.removeprefix(BRANCHES): sha for ref, sha in refs.items()}
    guarded = {name: is_protected(call.repository, name) for name in names}
    wanted = [
        (name, sha) for name, sha in names.items() if call.query("protected") != "true" or guarded[name]
    ]
    links = call.world.links
    return page(call, wanted, lambda item: short_branch(links, call.repository, *item, guarded[item[0]]))


async def get_branch(call: Call) -> web.Response:
    """`GET .../branches/{branch}`."""
    name = call.path("branch")
    sha = (await call.world.git.refs(call.repository.id, BRANCHES + name)).get(BRANCHES + name)
    if sha is None:
        raise ApiFailure(404, NO_BRANCH)
    commit = await history.commit(call.world.git, call.repository.id, sha)
    url = f"{call.world.links.repository(call.repository)}/branches/{name}"
    guarded = is_protected(call.repository, name)
    shape = {
        "name": name,
        "commit": commit_shape(call.world, call.repository, commit),
        "_links": {"self": url, "html": f"{call.world.links.page(call.repository)}/tree/{name}"},
        "protected": guarded,
        "protection": {"enabled": guarded, "required_status_checks": _no_checks()},
        "protection_url": f"{url}/protection",
    }
    return answer(call, shape)


async def get_protection(call: Call) -> web.Response:
    """`GET .../branches/{branch}/protection`: 404 when nothing protects the branch."""
    name = call.path("branch")
    if not is_protected(call.repository, name):
        raise ApiFailure(404, NOT_PROTECTED)
    url = f"{call.world.links.repository(call.repository)}/branches/{name}/protection"
    off = {name: {"enabled": False} for name in UNUSED_PROTECTIONS}
    return answer(call, {"url": url, "enabled": True, **off})


def _no_checks() -> dict[str, object]:
    return {"enforcement_level": "off", "contexts": [], "checks": []}


async def list_rules(call: Call) -> web.Response:
    """`GET .../rules/branches/{branch}`: the rules that hold there; an unknown branch has the rules it would have."""
    if not is_protected(call.repository, call.path("branch")):
        return answer(call, [])
    source = {
        "ruleset_source_type": "Repository",
        "ruleset_source": call.repository.full_name,
        "ruleset_id": call.repository.id,
    }
    return page(call, RULES, lambda name: {"type": name, **_parameters(name), **source})


def _parameters(name: str) -> dict[str, object]:
    if name != "pull_request":
        return {}
    switches = (
        "dismiss_stale_reviews_on_push",
        "require_code_owner_review",
        "require_last_push_approval",
        "required_review_thread_resolution",
    )
    parameters = {"required_approving_review_count": 0, **dict.fromkeys(switches, False)}
    return {"parameters": parameters | {"allowed_merge_methods": ["merge"]}}
