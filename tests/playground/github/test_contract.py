"""Every endpoint is asked once, and what each answers well is judged by the vendor's description."""

from dataclasses import dataclass
from typing import Any

import pytest

from playground.github.routes import ROUTES
from tests.playground.contract import ELSEWHERE, Watcher, description, template

WORD = {"message": "Say it", "content": "b25l"}


@dataclass
class Visit:
    """Asks, and insists on a good answer."""

    people: Any
    repo: str

    async def __call__(self, method: str, path: str, /, role: str = "admin", **given: Any) -> Any:
        where = self.repo + path[1:] if path.startswith("~") else path
        answer = await self.people(role).request(method, where, **({"json": given} if given else {}))
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


@pytest.fixture
def visit(people: Any, repo: str) -> Visit:
    return Visit(people, repo)


async def test_every_endpoint_was_judged(
    visit: Visit, watcher: Watcher, github: Any, control: Any, propose: Any, settled: Any
) -> None:
    person = github.cast["writer"]
    await visit_people(visit, person, github.world.summary[0]["repository"].partition("/")[0])
    await visit_clients(visit.people, github)
    await visit_repository(visit, person)
    await visit_issues(visit, person)
    _, pull = await propose()
    await visit_pull(visit, pull, person)
    await visit_code(visit, pull)
    await control.patch(f"/repositories/{visit.repo.removeprefix('/repos/')}", json={"protected": ["main"]})
    await visit("GET", "~/branches/main/protection")
    await visit("PUT", f"~/pulls/{pull['number']}/merge", merge_method="merge")
    await visit("GET", f"~/pulls/{pull['number']}/merge")
    await settled()
    await visit_hooks(visit)
    known = {template(method, path) for method, path, _, _ in ROUTES}
    assert known - watcher.answered == set(), "never asked"
    assert ELSEWHERE.keys() <= known, "listed, and gone"
    if description() is not None:
        assert known - watcher.checked == ELSEWHERE.keys()


async def visit_people(visit: Visit, person: str, organization: str) -> None:
    me = await visit("GET", "/user")
    await visit("GET", f"/user/{me['id']}")
    await visit("GET", "/user/repos")
    await visit("GET", f"/users/{person}")
    await visit("GET", f"/users/{person}/repos")
    await visit("GET", f"/orgs/{organization}/repos")
    await visit("GET", "/rate_limit")
    await visit("GET", "/meta")


async def visit_clients(people: Any, github: Any) -> None:
    client = github.world.client
    token = github.world.store.add_token(github.world.store.users[github.cast["writer"].lower()])
    client.tokens[token] = github.world.store.tokens[token]
    path, basic = f"/applications/{client.client_id}/token", (client.client_id, client.client_secret)
    answer = await people("nobody").request("DELETE", path, json={"access_token": token}, auth=basic)
    assert (answer.status_code, answer.content) == (204, b"")


async def visit_repository(visit: Visit, person: str) -> None:
    for path in (
        "",
        "/collaborators",
        f"/collaborators/{person}",
        f"/collaborators/{person}/permission",
        "/assignees",
    ):
        await visit("GET", f"~{path}")
    await visit("POST", "~/forks", "reader", name="copy")
    await visit("GET", "~/forks")
    await visit("POST", "~/labels", name="odd", color="ededed")
    await visit("GET", "~/labels/odd")
    await visit("GET", "~/labels")
    await visit("DELETE", "~/labels/odd")


async def visit_issues(visit: Visit, person: str) -> None:
    issue = await visit("POST", "~/issues", title="Odd", body="Very")
    path = f"~/issues/{issue['number']}"
    await visit("GET", "~/issues")
    await visit("PATCH", path, title="Odder")
    await visit("GET", path)
    await visit("POST", f"{path}/labels", labels=["bug"])
    await visit("GET", f"{path}/labels")
    await visit("DELETE", f"{path}/labels/bug")
    await visit("PUT", f"{path}/labels", labels=["bug"])
    await visit("DELETE", f"{path}/labels")
    await visit("POST", f"{path}/assignees", assignees=[person])
    await visit("DELETE", f"{path}/assignees", assignees=[person])
    await visit_reactions(visit, path)
    comment = await visit("POST", f"{path}/comments", body="Why?")
    await visit("GET", f"{path}/comments")
    await visit("GET", "~/issues/comments")
    await visit_comment(visit, f"~/issues/comments/{comment['id']}")


async def visit_reactions(visit: Visit, path: str) -> None:
    reaction = await visit("POST", f"{path}/reactions", content="eyes")
    await visit("GET", f"{path}/reactions")
    await visit("DELETE", f"{path}/reactions/{reaction['id']}")


async def visit_comment(visit: Visit, path: str) -> None:
    await visit("GET", path)
    await visit("PATCH", path, body="Because")
    await visit_reactions(visit, path)
    await visit("DELETE", path)


async def visit_pull(visit: Visit, pull: dict[str, Any], person: str) -> None:
    path, remark = (
        f"~/pulls/{pull['number']}",
        {"body": "Hm", "path": "notes.txt", "line": 1, "side": "RIGHT"},
    )
    await visit("PATCH", path, title="Mended")
    for more in ("", "/files", "/commits"):
        await visit("GET", path + more)
    await visit("GET", "~/pulls")
    await visit("POST", f"{path}/requested_reviewers", reviewers=[person])
    review = await visit("POST", f"{path}/reviews", event="COMMENT", body="Hm", comments=[remark])
    await visit("GET", f"{path}/reviews")
    await visit("GET", f"{path}/reviews/{review['id']}")
    await visit("GET", f"{path}/reviews/{review['id']}/comments")
    root = await visit("POST", f"{path}/comments", **remark, commit_id=pull["head"]["sha"])
    await visit("POST", f"{path}/comments/{root['id']}/replies", body="So")
    await visit("GET", f"{path}/comments")
    await visit("GET", "~/pulls/comments")
    await visit_comment(visit, f"~/pulls/comments/{root['id']}")


async def visit_code(visit: Visit, pull: dict[str, Any]) -> None:
    sha, base = pull["head"]["sha"], pull["base"]["sha"]
    await visit("POST", "~/git/refs", ref="refs/heads/side/way", sha=base)
    await visit("PATCH", "~/git/refs/heads/side/way", sha=sha)
    for path in ("git/ref/heads/side/way", "git/matching-refs/heads/side", "branches", "branches/side/way"):
        await visit("GET", f"~/{path}")
    await visit("DELETE", "~/git/refs/heads/side/way")
    await visit("POST", f"~/statuses/{sha}", state="success")
    for path in ("", f"/{sha}", f"/{sha}/pulls", f"/{sha}/status", f"/{sha}/statuses"):
        await visit("GET", f"~/commits{path}")
    await visit("GET", f"~/compare/{base}...{sha}")
    await visit("GET", "~/rules/branches/main")
    made = await visit("PUT", "~/contents/more/words.txt", **WORD)
    for path in ("contents", "contents/more", "contents/more/words.txt"):
        await visit("GET", f"~/{path}")
    await visit("DELETE", "~/contents/more/words.txt", message="Unsay it", sha=made["content"]["sha"])


async def visit_hooks(visit: Visit) -> None:
    config = {"url": "http://127.0.0.1:9/", "content_type": "json", "secret": "hush"}
    [listed] = await visit("GET", "~/hooks")
    path = f"~/hooks/{listed['id']}"
    await visit("GET", path)
    await visit("GET", f"{path}/config")
    newest = (await visit("GET", f"{path}/deliveries"))[0]
    await visit("GET", f"{path}/deliveries/{newest['id']}")
    await visit("POST", f"{path}/deliveries/{newest['id']}/attempts")
    await visit("POST", f"{path}/pings")
    other = await visit("POST", "~/hooks", config=config, events=["issues"])
    path = f"~/hooks/{other['id']}"
    await visit("PATCH", path, active=False)
    await visit("PATCH", f"{path}/config", content_type="json", url="http://127.0.0.1:9/other")
    await visit("DELETE", path)
