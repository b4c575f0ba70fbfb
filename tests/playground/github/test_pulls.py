"""Pull requests as GitHub serves them."""

import asyncio
from typing import Any

import httpx


async def test_a_pull_request_is_opened_once(propose: Any, people: Any, repo: str, github: Any) -> None:
    _, pull = await propose(draft=True)
    assert (pull["draft"], pull["commits"], pull["changed_files"], pull["additions"]) == (True, 1, 1, 3)
    again = await people("bot").post(
        f"{repo}/pulls", json={"title": "x", "head": "bellhop/J-1", "base": "main"}
    )
    assert again.status_code == 422
    owner = pull["head"]["repo"]["owner"]["login"]
    assert again.json()["errors"][0]["message"] == f"A pull request already exists for {owner}:bellhop/J-1."


async def test_a_closed_one_leaves_room_for_another(propose: Any, people: Any, repo: str) -> None:
    _, pull = await propose()
    bot = people("bot")
    assert (await bot.patch(f"{repo}/pulls/{pull['number']}", json={"state": "closed"})).json()[
        "state"
    ] == "closed"
    wanted = {"title": "x", "head": "bellhop/J-1", "base": "main"}
    assert (await bot.post(f"{repo}/pulls", json=wanted)).status_code == 201


async def test_a_branch_without_commits_is_refused(people: Any, repo: str) -> None:
    bot = people("bot")
    tip = (await bot.get(f"{repo}/git/ref/heads/main")).json()["object"]["sha"]
    await bot.post(f"{repo}/git/refs", json={"ref": "refs/heads/same", "sha": tip})
    answer = await bot.post(f"{repo}/pulls", json={"title": "x", "head": "same", "base": "main"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "No commits between main and same"


async def test_unknown_branches_are_refused(people: Any, repo: str) -> None:
    for head, base, field in (("gone", "main", "head"), ("main", "gone", "base"), ("x:y", "main", "head")):
        answer = await people("bot").post(f"{repo}/pulls", json={"title": "x", "head": head, "base": base})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_pulls_are_found_by_head_state_and_base(propose: Any, people: Any, repo: str) -> None:
    _, pull = await propose()
    bot, owner = people("bot"), pull["head"]["user"]["login"]

    async def numbers(**params: str) -> list[int]:
        return [item["number"] for item in (await bot.get(f"{repo}/pulls", params=params)).json()]

    assert await numbers(head=f"{owner}:bellhop/J-1") == [pull["number"]]
    assert await numbers(head=f"{owner}:other") == []
    assert await numbers(head=f"{owner}:bellhop/J-1", state="closed") == []
    assert await numbers(base="main", state="all") == [pull["number"]]
    assert await numbers(base="other") == []


async def test_issues_list_pulls_too_and_share_the_numbers(propose: Any, people: Any, repo: str) -> None:
    _, pull = await propose()
    issue = (await people("bot").get(f"{repo}/issues/{pull['number']}")).json()
    assert issue["pull_request"]["url"] == pull["url"]
    assert issue["id"] != pull["id"]
    assert pull["number"] == 3


async def test_a_push_moves_the_head(
    propose: Any, people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    copy, pull = await propose()
    sha = await copy.commit("notes.txt", "one\n2\nthree\n")
    await copy.git("push", "--quiet", "origin", "bellhop/J-1")
    now = (await people("bot").get(f"{repo}/pulls/{pull['number']}")).json()
    assert (now["head"]["sha"], now["commits"]) == (sha, 2)
    await settled()
    moved = next(body for body in receiver.payloads("pull_request") if body["action"] == "synchronize")
    assert (moved["before"], moved["after"]) == (pull["head"]["sha"], sha)


async def test_diff_patch_files_and_commits(propose: Any, people: Any, repo: str, github: Any) -> None:
    _, pull = await propose()
    bot, path = people("bot"), f"{repo}/pulls/{pull['number']}"
    diff = await bot.get(path, headers={"Accept": "application/vnd.github.v3.diff"})
    assert diff.text.startswith("diff --git a/notes.txt b/notes.txt\n")
    assert diff.headers["content-type"].startswith("application/vnd.github.diff")
    patch = await bot.get(path, headers={"Accept": "application/vnd.github.patch"})
    assert "Subject: [PATCH] Change" in patch.text
    (changed,) = (await bot.get(f"{path}/files")).json()
    assert (changed["filename"], changed["status"], changed["patch"]) == (
        "notes.txt",
        "added",
        "@@ -0,0 +1,3 @@\n+one\n+two\n+three",
    )
    (commit,) = (await bot.get(f"{path}/commits")).json()
    assert commit["sha"] == pull["head"]["sha"]
    (holder,) = (await bot.get(f"{repo}/commits/{commit['sha']}/pulls")).json()
    assert holder["number"] == pull["number"]
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(pull["diff_url"])).text == diff.text


async def test_merging_closes_and_tells(
    propose: Any, people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    _, pull = await propose()
    path = f"{repo}/pulls/{pull['number']}"
    assert (await people("reader").put(f"{path}/merge", json={})).status_code == 403
    assert (await people("bot").get(f"{path}/merge")).status_code == 404
    stale = await people("writer").put(f"{path}/merge", json={"sha": "0" * 40})
    assert stale.status_code == 409
    merged = await people("writer").put(f"{path}/merge", json={})
    assert merged.json()["merged"] is True
    assert (await people("bot").get(f"{path}/merge")).status_code == 204
    content = await people("bot").get(f"{repo}/contents/notes.txt")
    assert content.status_code == 200
    await settled()
    closed = receiver.payloads("pull_request")[-1]
    assert (closed["action"], closed["pull_request"]["merged"]) == ("closed", True)


async def test_diverged_work_merges_unless_it_conflicts(
    propose: Any, people: Any, repo: str, clone: Any
) -> None:
    _, pull = await propose()
    human = await clone("writer")
    await human.commit("other.txt", "else\n")
    await human.git("push", "--quiet", "origin", "main")
    assert (await people("writer").put(f"{repo}/pulls/{pull['number']}/merge", json={})).status_code == 200
    await human.git("pull", "--quiet", "--rebase", "origin", "main")
    number = await clash(human, people("writer"), repo)
    assert (await people("writer").put(f"{repo}/pulls/{number}/merge", json={})).status_code == 405


async def clash(copy: Any, writer: Any, repo: str) -> int:
    await copy.git("checkout", "--quiet", "-b", "clash")
    await copy.commit("other.txt", "mine\n")
    await copy.git("push", "--quiet", "origin", "clash")
    await copy.git("checkout", "--quiet", "main")
    await copy.commit("other.txt", "yours\n")
    await copy.git("push", "--quiet", "origin", "main")
    opened = (await writer.post(f"{repo}/pulls", json={"title": "x", "head": "clash", "base": "main"})).json()
    assert (opened["mergeable"], opened["mergeable_state"]) == (False, "dirty")
    return int(opened["number"])


async def test_a_fork_offers_its_branch(
    people: Any, repo: str, clone: Any, github: Any, receiver: Any, settled: Any
) -> None:
    reader, login = people("reader"), github.cast["reader"]
    made = await reader.post(f"{repo}/forks", json={"name": "my-copy"})
    assert (made.status_code, made.json()["full_name"]) == (202, f"{login}/my-copy")
    assert (await reader.post(f"{repo}/forks")).json()["id"] == made.json()["id"]
    copy = await clone("reader", made.json()["full_name"])
    await copy.git("checkout", "--quiet", "-b", "fix")
    sha = await copy.commit("fork.txt", "from a fork\n")
    await copy.git("push", "--quiet", "origin", "fix")
    wanted = {"title": "From a fork", "head": f"{login}:fix", "base": "main", "maintainer_can_modify": True}
    pull = (await reader.post(f"{repo}/pulls", json=wanted)).json()
    assert (pull["head"]["repo"]["fork"], pull["head"]["sha"]) == (True, sha)
    assert (pull["head"]["label"], pull["maintainer_can_modify"]) == (f"{login}:fix", True)
    listed = await reader.get(f"{repo}/pulls", params={"head": f"{login}:fix"})
    assert [item["number"] for item in listed.json()] == [pull["number"]]
    newer = await copy.commit("fork.txt", "again\n")
    await copy.git("push", "--quiet", "origin", "fix")
    assert (await reader.get(f"{repo}/pulls/{pull['number']}")).json()["head"]["sha"] == newer
    await settled()
    assert {"fork", "pull_request.opened", "pull_request.synchronize"} <= set(receiver.events)


async def test_strangers_cannot_offer_our_branches(people: Any, repo: str, propose: Any) -> None:
    _, pull = await propose()
    await people("bot").patch(f"{repo}/pulls/{pull['number']}", json={"state": "closed"})
    wanted = {"title": "x", "head": "bellhop/J-1", "base": "main"}
    assert (await people("stranger").post(f"{repo}/pulls", json=wanted)).status_code == 422


async def test_deleting_the_branch_closes_the_pull(propose: Any, people: Any, repo: str) -> None:
    _, pull = await propose()
    assert (await people("bot").delete(f"{repo}/git/refs/heads/bellhop/J-1")).status_code == 204
    assert (await people("bot").get(f"{repo}/pulls/{pull['number']}")).json()["state"] == "closed"


async def test_title_body_and_reviewers_change(
    propose: Any, people: Any, repo: str, github: Any, receiver: Any, settled: Any
) -> None:
    _, pull = await propose()
    path = f"{repo}/pulls/{pull['number']}"
    edited = await people("bot").patch(path, json={"title": "Better", "body": "Words"})
    assert (edited.json()["title"], edited.json()["body"]) == ("Better", "Words")
    wanted = {"reviewers": [github.cast["writer"]]}
    asked = await people("maintainer").post(f"{path}/requested_reviewers", json=wanted)
    assert asked.status_code == 201
    await settled()
    assert {"pull_request.edited", "pull_request.review_requested"} <= set(receiver.events)
    body = next(body for body in receiver.payloads("pull_request") if body["action"] == "edited")
    assert body["changes"] == {"title": {"from": "Mend it"}, "body": {"from": "See #1"}}


async def test_of_many_at_once_one_is_opened(clone: Any, people: Any, repo: str) -> None:
    copy = await clone("bot")
    await copy.commit("notes.txt", "one\n")
    await copy.git("push", "--quiet", "origin", "HEAD:refs/heads/side")
    wanted = {"title": "x", "head": "side", "base": "main"}
    answers = await asyncio.gather(*(people("bot").post(f"{repo}/pulls", json=wanted) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
