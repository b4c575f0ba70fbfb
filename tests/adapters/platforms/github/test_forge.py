"""GitHub as a forge: repositories, branches, pull requests, forks, templates."""

from typing import Any

import pytest

from adapters.platforms.github.platform import GitHub
from bot.errors import AuthenticationError, ConflictError, IntegrationError, NotFoundError
from bot.platform import PullRequestDraft
from models.message import Actor, Thread
from playground.github.faults import Fault
from playground.github.server import GithubPlayground
from tests.adapters.platforms.github.conftest import Ask, Push

BRANCH = "bellhop/J-9"


def draft(repo: str, head_repository: str = "", is_draft: bool = True) -> PullRequestDraft:
    """A pull request of our branch."""
    return PullRequestDraft(
        repository=repo,
        head_repository=head_repository or repo,
        head=BRANCH,
        base="main",
        title="Mend leap years",
        body="Mends #1",
        is_draft=is_draft,
    )


def test_git_is_found_at_the_configured_host(github: GitHub, playground: GithubPlayground) -> None:
    remote = github.remote("acme/shop")
    assert remote.url == f"{playground.url}/acme/shop.git"
    assert remote.token.get_secret_value() == playground.token(playground.cast["bot"])
    assert remote.token.get_secret_value() not in remote.model_dump_json()


@pytest.mark.parametrize("name", ["acme/../etc", "acme", "acme/shop.git/x", "acme/shop?x"])
def test_git_is_not_looked_for_at_a_name_that_is_none(github: GitHub, name: str) -> None:
    with pytest.raises(NotFoundError):
        github.remote(name)


def test_commits_are_credited_without_telling_an_address(github: GitHub) -> None:
    assert github.commit_email(Actor(id="7", login="ada")) == "7+ada@users.noreply.127.0.0.1"
    assert github.commit_email(Actor(id="", login="ada")) == "ada@users.noreply.127.0.0.1"


async def test_a_repository_is_told(github: GitHub, repo: str) -> None:
    found = await github.repository(repo)
    assert (found.name, found.default_branch) == (repo, "main")
    assert found.can_push
    assert not found.is_private
    assert not found.is_archived


async def test_a_repository_that_is_not_there(github: GitHub) -> None:
    with pytest.raises(NotFoundError, match="looking at acme/nothing: GitHub answered 404"):
        await github.repository("acme/nothing")


async def test_a_pull_request_is_opened_once(github: GitHub, push: Push, repo: str) -> None:
    sha = await push(BRANCH, {"notes.txt": "mended\n"})
    first, second = await github.open_pull(draft(repo)), await github.open_pull(draft(repo))
    assert first == second
    assert (first.head_ref, first.head_sha, first.base_ref) == (BRANCH, sha, "main")
    assert first.is_draft
    assert first.is_open
    assert not first.is_fork
    assert await github.pull(repo, first.number) == first
    assert await github.find_pull(repo, repo, BRANCH) == first


async def test_one_that_somebody_opened_in_between_is_taken(
    github: GitHub, ask: Ask, push: Push, repo: str, playground: GithubPlayground
) -> None:
    """The look before finds nothing (its answer is from before); the opening is refused; the look after finds it."""
    await push(BRANCH, {"notes.txt": "mended\n"})
    body = {"title": "Theirs", "head": BRANCH, "base": "main"}
    theirs = await ask("bot", "POST", f"/repos/{repo}/pulls", body)
    playground.world.faults.add(Fault("status", method="GET", path=r"/pulls$", status=200, body=[]))
    assert (await github.open_pull(draft(repo))).number == theirs["number"]


async def test_a_ready_one_is_no_draft(github: GitHub, push: Push, repo: str) -> None:
    await push(BRANCH, {"notes.txt": "mended\n"})
    assert not (await github.open_pull(draft(repo, is_draft=False))).is_draft


async def test_a_branch_that_is_not_there_is_a_conflict(github: GitHub, repo: str) -> None:
    with pytest.raises(ConflictError, match="opening a pull request in"):
        await github.open_pull(draft(repo))


async def test_a_closed_one_is_not_taken_for_open(github: GitHub, push: Push, repo: str) -> None:
    await push(BRANCH, {"notes.txt": "mended\n"})
    first = await github.open_pull(draft(repo))
    await github.close_pull(repo, first.number)
    await github.close_pull(repo, first.number)
    assert await github.find_pull(repo, repo, BRANCH) is None
    assert not (await github.pull(repo, first.number)).is_open
    assert (await github.open_pull(draft(repo))).number != first.number


async def test_another_branch_of_a_like_name_is_another(github: GitHub, push: Push, repo: str) -> None:
    await push(BRANCH, {"notes.txt": "mended\n"})
    await github.open_pull(draft(repo))
    assert await github.find_pull(repo, repo, BRANCH + "0") is None
    assert await github.find_pull(repo, "somebody/else", BRANCH) is None


async def test_a_server_that_lists_them_all_is_not_believed(
    github: GitHub, playground: GithubPlayground, ask: Ask, pull: Thread, repo: str
) -> None:
    theirs = await ask("bot", "GET", f"/repos/{repo}/pulls/{pull.number}")
    playground.world.faults.add(Fault("status", path=r"/pulls$", status=200, body=[theirs], times=2))
    assert await github.find_pull(repo, repo, BRANCH) is None
    found = await github.find_pull(repo, repo, "bellhop/J-1")
    assert found is not None
    assert found.number == pull.number


async def test_long_titles_and_bodies_are_clipped(github: GitHub, push: Push, ask: Ask, repo: str) -> None:
    await push(BRANCH, {"notes.txt": "mended\n"})
    long = draft(repo).model_copy(update={"title": "t" * 1000, "body": "b" * 100_000})
    opened = await github.open_pull(long)
    shown = await ask("reader", "GET", f"/repos/{repo}/pulls/{opened.number}")
    assert (len(shown["title"]), len(shown["body"])) == (256, 65_536)


async def test_a_branch_is_deleted_once_and_again(github: GitHub, push: Push, ask: Ask, repo: str) -> None:
    await push(BRANCH, {"notes.txt": "mended\n"})
    await github.delete_branch(repo, BRANCH)
    await github.delete_branch(repo, BRANCH)
    assert await ask("bot", "GET", f"/repos/{repo}/git/matching-refs/heads/bellhop/") == []


async def test_we_may_push_where_no_rule_forbids(
    github: GitHub, playground: GithubPlayground, repo: str
) -> None:
    assert await github.may_push(repo, BRANCH)
    owner, name = repo.split("/")
    found = playground.world.store.repository(owner, name)
    assert found is not None
    found.protected.append("bellhop/*")
    assert not await github.may_push(repo, BRANCH)
    assert await github.may_push(repo, "elsewhere")


NO_RULES = "Upgrade to GitHub Pro or make this repository public to enable this feature."


@pytest.mark.parametrize("status", [403, 404, 405, 410, 422, 501])
async def test_rules_that_may_not_be_read_forbid_nothing(
    github: GitHub, playground: GithubPlayground, repo: str, status: int
) -> None:
    """A private repository on a free plan, an older server, one that only resembles GitHub: the push itself tells."""
    body = {"message": NO_RULES}
    playground.world.faults.add(Fault("status", path="/rules/branches/", status=status, body=body))
    assert await github.may_push(repo, BRANCH)
    assert playground.world.faults.waiting() == []


@pytest.mark.parametrize(
    ("given", "is_retryable"),
    [
        ({"kind": "status", "status": 401, "body": {"message": "Bad credentials"}}, False),
        ({"kind": "status", "status": 429, "retry_after": 1}, True),
        ({"kind": "secondary_limit", "retry_after": 1}, True),
        ({"kind": "status", "status": 503, "times": 9}, True),
        ({"kind": "drop", "times": 9}, True),
    ],
)
async def test_rules_that_could_not_be_asked_for_now_decide_nothing(
    github: GitHub, playground: GithubPlayground, repo: str, given: dict[str, Any], is_retryable: bool
) -> None:
    playground.world.faults.add(Fault(path="/rules/branches/", **given))
    with pytest.raises(IntegrationError) as told:
        await github.may_push(repo, BRANCH)
    assert told.value.retryable == is_retryable
    assert is_retryable or isinstance(told.value, AuthenticationError)


async def test_we_may_not_push_without_the_right(
    github: GitHub, playground: GithubPlayground, repo: str
) -> None:
    owner, name = repo.split("/")
    found = playground.world.store.repository(owner, name)
    assert found is not None
    bot = playground.world.store.users[playground.cast["bot"].lower()]
    found.collaborators[bot.id] = "read"
    assert not await github.may_push(repo, BRANCH)
    assert not (await github.repository(repo)).can_push


async def test_a_fork_takes_the_branch_and_the_pull_request_comes_from_it(
    github: GitHub, playground: GithubPlayground, push: Push, repo: str
) -> None:
    fork = await github.fork(repo)
    assert fork == f"{playground.cast['bot']}/{repo.split('/')[1]}"
    assert await github.fork(repo) == fork
    await push(BRANCH, {"notes.txt": "mended\n"}, fork)
    opened = await github.open_pull(draft(repo, fork))
    assert opened.is_fork
    assert opened.head_repository == fork
    assert await github.open_pull(draft(repo, fork)) == opened


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("PULL_REQUEST_TEMPLATE.md", "## What\n"),
        ("docs/pull_request_template.md", "## What\n"),
        (".github/Pull_Request_Template.MD", "## What\n"),
        ("pull_request_template.rst", ""),
        ("elsewhere/PULL_REQUEST_TEMPLATE.md", ""),
    ],
)
async def test_the_template_is_found_in_the_usual_places(
    github: GitHub, push: Push, repo: str, path: str, expected: str
) -> None:
    await push("templates", {path: "## What\n"})
    assert await github.pull_template(repo, "templates") == expected
    assert await github.pull_template(repo, "main") == ""


async def test_the_hidden_folder_comes_first(github: GitHub, push: Push, repo: str) -> None:
    files = {f"{folder}PULL_REQUEST_TEMPLATE.md": f"in {folder}\n" for folder in ("", "docs/", ".github/")}
    await push("templates", files)
    assert await github.pull_template(repo, "templates") == "in .github/\n"


@pytest.mark.parametrize("unlisted", [r"/contents/$", r"/contents/(\.github|docs)?$"])
@pytest.mark.parametrize("path", [".github/PULL_REQUEST_TEMPLATE.md", "docs/pull_request_template.md"])
async def test_the_template_is_found_where_folders_are_not_listed(
    github: GitHub, push: Push, playground: GithubPlayground, repo: str, path: str, unlisted: str
) -> None:
    await push("templates", {path: "## What\n"})
    playground.world.faults.add(Fault("status", method="GET", path=unlisted, status=404, times=99))
    assert await github.pull_template(repo, "templates") == "## What\n"
    assert await github.pull_template(repo, "main") == ""


async def test_the_pull_request_of_a_fork_that_is_gone(
    github: GitHub, playground: GithubPlayground, pull: Thread, repo: str
) -> None:
    found = await github.pull(repo, pull.number or 0)
    assert found.head_repository == repo


async def test_a_branch_is_there_or_not(github: GitHub, push: Push, repo: str) -> None:
    await push(BRANCH, {"notes.txt": "mended\n"})
    assert await github.has_branch(repo, "main")
    assert await github.has_branch(repo, BRANCH)
    assert not await github.has_branch(repo, "no/such")


@pytest.mark.parametrize(
    "name", ["../../../user", "..", "", "/main", "main/", "a/../main", "ma?in", "#main", "%6dain"]
)
async def test_what_is_typed_as_a_branch_leaves_no_path(github: GitHub, repo: str, name: str) -> None:
    assert not await github.has_branch(repo, name)
