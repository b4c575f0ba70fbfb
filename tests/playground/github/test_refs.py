"""Refs, branches, rules, commits, statuses and files as GitHub serves them."""

import base64
from typing import Any


async def tip(people: Any, repo: str) -> str:
    return str((await people("bot").get(f"{repo}/git/ref/heads/main")).json()["object"]["sha"])


async def test_a_branch_is_made_moved_and_removed(
    people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    bot, sha = people("bot"), await tip(people, repo)
    ref = {"ref": "refs/heads/bellhop/J-1", "sha": sha}
    assert (await bot.post(f"{repo}/git/refs", json=ref)).status_code == 201
    assert (await bot.post(f"{repo}/git/refs", json=ref)).json()["message"] == "Reference already exists"
    found = (await bot.get(f"{repo}/git/ref/heads/bellhop/J-1")).json()
    assert (found["ref"], found["object"]) == (ref["ref"], found["object"] | {"sha": sha, "type": "commit"})
    assert (await bot.get(f"{repo}/git/ref/heads/bellhop")).status_code == 404
    matching = (await bot.get(f"{repo}/git/matching-refs/heads/bellhop")).json()
    assert [item["ref"] for item in matching] == [ref["ref"]]
    assert (await bot.delete(f"{repo}/git/refs/heads/bellhop/J-1")).status_code == 204
    gone = await bot.delete(f"{repo}/git/refs/heads/bellhop/J-1")
    assert (gone.status_code, gone.json()["message"]) == (422, "Reference does not exist")
    await settled()
    assert sorted(receiver.events) == ["create", "delete", "push", "push"]


async def test_refs_are_checked(people: Any, repo: str) -> None:
    bot, sha = people("bot"), await tip(people, repo)
    wrong = [
        ("heads/x", sha),
        ("refs/heads/", sha),
        ("refs/heads/x", "1" * 40),
        ("refs/heads/x", "-d"),
        ("", sha),
    ]
    for ref, target in wrong:
        assert (await bot.post(f"{repo}/git/refs", json={"ref": ref, "sha": target})).status_code == 422, ref
    assert (
        await people("reader").post(f"{repo}/git/refs", json={"ref": "refs/heads/x", "sha": sha})
    ).status_code == 403


async def test_only_fast_forwards_without_force(people: Any, repo: str, propose: Any) -> None:
    bot, old = people("bot"), await tip(people, repo)
    _, pull = await propose()
    path = f"{repo}/git/refs/heads/bellhop/J-1"
    backwards = await bot.patch(path, json={"sha": old})
    assert (backwards.status_code, backwards.json()["message"]) == (422, "Update is not a fast forward")
    assert (await bot.patch(path, json={"sha": old, "force": True})).json()["object"]["sha"] == old
    assert (await bot.patch(path, json={"sha": pull["head"]["sha"]})).status_code == 200


async def test_rules_tell_and_hold(people: Any, repo: str, control: Any) -> None:
    bot = people("bot")
    assert (await bot.get(f"{repo}/rules/branches/main")).json() == []
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"protected": ["main", "release/*"]})
    rules = {rule["type"] for rule in (await bot.get(f"{repo}/rules/branches/release/1")).json()}
    assert rules == {"pull_request", "non_fast_forward", "deletion"}
    assert (await bot.get(f"{repo}/rules/branches/free")).json() == []
    assert (await bot.get(f"{repo}/branches/main")).json()["protected"] is True
    assert (await people("admin").get(f"{repo}/branches/main/protection")).json()["enabled"] is True
    free = await people("admin").get(f"{repo}/branches/free/protection")
    assert (free.status_code, free.json()["message"]) == (404, "Branch not protected")
    assert (await bot.delete(f"{repo}/git/refs/heads/main")).status_code == 422
    refused = await bot.patch(f"{repo}/git/refs/heads/main", json={"sha": await tip(people, repo)})
    assert "Changes must be made through a pull request." in refused.json()["message"]
    listed = (await bot.get(f"{repo}/branches", params={"protected": "true"})).json()
    assert [item["name"] for item in listed] == ["main"]


async def test_branches_with_slashes(people: Any, repo: str, propose: Any) -> None:
    _, pull = await propose()
    branch = (await people("bot").get(f"{repo}/branches/bellhop/J-1")).json()
    assert (branch["name"], branch["commit"]["sha"]) == ("bellhop/J-1", pull["head"]["sha"])
    assert (await people("bot").get(f"{repo}/branches/none")).json()["message"] == "Branch not found"


async def test_files_and_folders(people: Any, repo: str) -> None:
    bot = people("bot")
    readme = (await bot.get(f"{repo}/contents/README.md")).json()
    assert base64.b64decode(readme["content"]).startswith(b"# ")
    raw = await bot.get(f"{repo}/contents/README.md", headers={"Accept": "application/vnd.github.raw+json"})
    assert raw.content == base64.b64decode(readme["content"])
    listing = (await bot.get(f"{repo}/contents/tests")).json()
    assert listing[0]["path"] == "tests/__init__.py"
    assert {item["type"] for item in (await bot.get(f"{repo}/contents/")).json()} == {"file", "dir"}
    missing = await bot.get(f"{repo}/contents/NOTHING.md")
    assert (missing.status_code, missing.json()["message"]) == (404, "Not Found")
    assert (await bot.get(f"{repo}/contents/README.md", params={"ref": "none"})).status_code == 404
    assert (await bot.get(f"{repo}/contents/README.md", params={"ref": "--all"})).status_code == 404


async def test_files_of_another_branch(people: Any, repo: str, propose: Any) -> None:
    await propose()
    bot = people("bot")
    assert (await bot.get(f"{repo}/contents/notes.txt")).status_code == 404
    found = await bot.get(f"{repo}/contents/notes.txt", params={"ref": "bellhop/J-1"})
    assert (found.status_code, found.json()["size"]) == (200, 14)


async def test_commits_are_listed_read_and_compared(
    people: Any, repo: str, propose: Any, github: Any
) -> None:
    _, pull = await propose()
    bot, sha = people("bot"), pull["head"]["sha"]
    listed = (await bot.get(f"{repo}/commits", params={"sha": "bellhop/J-1"})).json()
    assert listed[0]["sha"] == sha
    only = await bot.get(f"{repo}/commits", params={"sha": "bellhop/J-1", "path": "notes.txt"})
    assert [item["sha"] for item in only.json()] == [sha]
    one = (await bot.get(f"{repo}/commits/bellhop/J-1")).json()
    assert (one["sha"], one["stats"]["additions"], one["files"][0]["filename"]) == (sha, 3, "notes.txt")
    root = (await bot.get(f"{repo}/commits/main")).json()
    assert (root["parents"], len(root["files"]) > 2) == ([], True)
    assert (await bot.get(f"{repo}/commits/none")).status_code == 422
    ahead = (await bot.get(f"{repo}/compare/main...bellhop/J-1")).json()
    assert (ahead["status"], ahead["ahead_by"], ahead["behind_by"]) == ("ahead", 1, 0)
    assert ((await bot.get(f"{repo}/compare/bellhop/J-1...main")).json()["status"]) == "behind"
    assert (await bot.get(f"{repo}/compare/main...none")).status_code == 404


async def test_statuses_combine(people: Any, repo: str, propose: Any, receiver: Any, settled: Any) -> None:
    _, pull = await propose()
    bot, sha = people("bot"), pull["head"]["sha"]
    assert (await bot.get(f"{repo}/commits/{sha}/status")).json()["state"] == "pending"
    for state, context in (("failure", "tests"), ("success", "lint"), ("success", "tests")):
        wanted = {"state": state, "context": context, "description": "d", "target_url": "http://127.0.0.1/x"}
        assert (await bot.post(f"{repo}/statuses/{sha}", json=wanted)).status_code == 201
    combined = (await bot.get(f"{repo}/commits/{sha}/status")).json()
    assert (combined["state"], combined["total_count"]) == ("success", 2)
    assert len((await bot.get(f"{repo}/commits/bellhop/J-1/statuses")).json()) == 3
    assert (await bot.post(f"{repo}/statuses/{sha}", json={"state": "odd"})).status_code == 422
    long = {"state": "success", "description": "x" * 141}
    assert (await bot.post(f"{repo}/statuses/{sha}", json=long)).status_code == 422
    assert (
        await people("reader").post(f"{repo}/statuses/{sha}", json={"state": "success"})
    ).status_code == 403
    await settled()
    assert receiver.payloads("status")[0]["sha"] == sha


async def test_a_file_is_committed_changed_and_deleted(
    people: Any, repo: str, receiver: Any, settled: Any, control: Any
) -> None:
    writer, path = people("writer"), f"{repo}/contents/docs/new%20file.txt"
    word = {"message": "Add", "content": base64.b64encode("ünï\n".encode()).decode()}
    made = await writer.put(path, json=word)
    assert (made.status_code, made.json()["content"]["path"]) == (201, "docs/new file.txt")
    assert (await writer.put(path, json=word)).status_code == 422
    assert (await writer.put(path, json=word | {"sha": "0" * 40})).status_code == 409
    sha = made.json()["content"]["sha"]
    changed = await writer.put(path, json=word | {"sha": sha, "content": "b25l"})
    assert changed.status_code == 200
    assert (await writer.put(path, json=word | {"content": "?"})).status_code == 422
    gone = await writer.request(
        "DELETE", path, json={"message": "Drop", "sha": changed.json()["content"]["sha"]}
    )
    assert (gone.status_code, gone.json()["content"]) == (200, None)
    assert (await writer.get(path)).status_code == 404
    assert (await people("reader").put(path, json=word)).status_code == 403
    await settled()
    assert receiver.events == ["push"] * 3
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"protected": ["main"]})
    assert (await writer.put(path, json=word)).status_code == 409


async def test_a_person_adds_to_the_bots_branch(people: Any, repo: str, propose: Any) -> None:
    _, pull = await propose()
    word = {"message": "By hand", "content": "b25l", "branch": "bellhop/J-1"}
    made = (await people("writer").put(f"{repo}/contents/hand.txt", json=word)).json()
    now = (await people("bot").get(f"{repo}/pulls/{pull['number']}")).json()
    assert (now["head"]["sha"], now["commits"]) == (made["commit"]["sha"], 2)
