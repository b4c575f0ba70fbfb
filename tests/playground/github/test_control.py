"""The control door: people, repositories, the log, conversations, reset."""

from typing import Any

import httpx


async def test_the_door_says_what_there_is(control: Any, github: Any) -> None:
    state = (await control.get(github.control_url)).json()
    assert (state["api_url"], state["cast"], state["seed"]) == (github.api_url, github.cast, 1)
    assert [seed["repository"] for seed in state["seeds"]] == [
        item["full_name"] for item in state["repositories"]
    ]
    assert "POST /_playground/faults: " in (await control.get("/routes")).text
    people = (await control.get("/people")).json()
    assert people[github.cast["bot"]]["token"] == github.token(github.cast["bot"])


async def test_a_new_person_and_a_new_repository(control: Any, github: Any) -> None:
    person = (await control.post("/people", json={"login": "zoe", "name": "Zoe"})).json()
    wanted = {
        "owner": "zoe",
        "name": "thing",
        "files": {"a b/é.txt": "ünï\n", ".bellhop.yml": "run: []\n"},
        "private": True,
        "collaborators": {github.cast["reader"]: "read"},
        "protected": ["main"],
    }
    made = await control.post("/repositories", json=wanted)
    assert (made.status_code, made.json()["full_name"], len(made.json()["hooks"])) == (201, "zoe/thing", 1)
    headers = {"Authorization": f"Bearer {person['token']}"}
    async with httpx.AsyncClient(base_url=github.api_url, headers=headers) as zoe:
        file = await zoe.get(
            "/repos/zoe/thing/contents/a%20b/%C3%A9.txt", headers={"Accept": "application/vnd.github.raw"}
        )
        assert file.text == "ünï\n"
        assert (await zoe.get("/repos/zoe/thing")).json()["permissions"]["admin"] is True


async def test_the_log_has_both_directions_and_no_secret(
    control: Any, people: Any, repo: str, settled: Any, github: Any
) -> None:
    await control.delete("/log")
    await people("bot").post(f"{repo}/issues/1/comments", json={"body": "x"})
    config = {"url": "http://127.0.0.1:9/", "secret": "hush-hush"}
    await people("admin").post(f"{repo}/hooks", json={"config": config})
    await settled()
    log = await control.get("/log")
    (request,) = [entry for entry in log.json() if entry["path"].endswith("/comments")]
    assert (request["status"], request["actor"], request["body"]) == (201, github.cast["bot"], {"body": "x"})
    (sent,) = (await control.get("/log", params={"direction": "out", "after": request["id"]})).json()[:1]
    assert (sent["event"], sent["status"]) == ("issue_comment", 202)
    assert github.token(github.cast["bot"]) not in log.text
    assert "hush-hush" not in log.text
    assert (await control.get("/log", params={"path": "/nothing"})).json() == []


async def test_git_requests_are_logged_without_tokens(control: Any, clone: Any, github: Any) -> None:
    copy = await clone("bot")
    await copy.git("fetch", "origin")
    log = await control.get("/log", params={"path": "/info/refs"})
    assert {entry["actor"] for entry in log.json()} == {github.cast["bot"]}
    assert github.token(github.cast["bot"]) not in log.text


async def test_a_conversation_reads_as_people_see_it(
    control: Any, people: Any, repo: str, propose: Any, github: Any
) -> None:
    _, pull = await propose()
    bot, writer = github.cast["bot"], github.cast["writer"]
    await people("writer").post(
        f"{repo}/pulls/{pull['number']}/reviews",
        json={
            "event": "APPROVE",
            "body": "Good",
            "comments": [{"path": "notes.txt", "line": 1, "body": "nice"}],
        },
    )
    made = await people("bot").post(
        f"{repo}/issues/{pull['number']}/comments", json={"body": "thanks\r\nall"}
    )
    await people("writer").post(
        f"{repo}/issues/comments/{made.json()['id']}/reactions", json={"content": "+1"}
    )
    text = (await control.get(f"/conversations{repo.removeprefix('/repos')}/{pull['number']}")).text
    assert "1 commits, 1 files, +3 -0" in text
    assert f"@{bot} opened:\n    See #1" in text
    assert f"@{writer} approved:\n    Good" in text
    assert f"@{writer} commented on notes.txt:1:\n    nice" in text
    assert f"@{bot} commented:\n    thanks\n    all\n    👍 1" in text


async def test_reset_starts_the_same_play_again(control: Any, people: Any, repo: str, github: Any) -> None:
    before = (await control.get("/people")).json()
    await people("bot").post(f"{repo}/issues/1/comments", json={"body": "x"})
    await control.post("/faults", json={"kind": "drop"})
    state = (await control.post("/reset", json={})).json()
    assert (await control.get("/people")).json() == before
    assert (await control.get("/faults")).json() == []
    assert (await people("bot").get(f"{repo}/issues/1/comments")).json() == []
    other = (await control.post("/reset", json={"seed": 2})).json()
    assert other["cast"] != state["cast"]
    assert (await people("bot").get("/user")).status_code == 401


async def test_a_renamed_person_keeps_number_and_token(control: Any, people: Any, github: Any) -> None:
    before = (await people("writer").get("/user")).json()
    old = github.cast["writer"]
    assert (await control.patch(f"/people/{old}", json={"login": "renamed"})).status_code == 200
    after = (await people("writer").get("/user")).json()
    assert (after["id"], after["login"]) == (before["id"], "renamed")
    assert (await people("writer").get(f"/users/{old}")).status_code == 404


async def test_hooks_can_be_pointed_later(
    control: Any, people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    await control.put("/hook", json={"url": receiver.url + "?second", "secret": "other"})
    await settled()
    receiver.seen.clear()
    await people("bot").post(f"{repo}/issues/1/comments", json={"body": "x"})
    await settled()
    assert receiver.events == ["issue_comment.created"] * 2
    assert len({headers["X-Hub-Signature-256"] for headers, _ in receiver.seen}) == 2
    assert len({headers["X-GitHub-Delivery"] for headers, _ in receiver.seen}) == 2


async def test_mistakes_are_named(control: Any) -> None:
    assert (await control.put("/webhooks", json={"speed": 1})).json()[
        "message"
    ] == "the control door does not know speed"
    assert (await control.post("/repositories", json={"owner": "nobody", "name": "x"})).status_code == 404
    assert (await control.post("/repositories", json={})).status_code == 422
    assert (await control.get("/conversations/no/body/1")).status_code == 404


async def test_what_a_deleted_person_wrote_has_no_user(
    control: Any, people: Any, repo: str, github: Any
) -> None:
    made = await people("reader").post(f"{repo}/issues/1/comments", json={"body": "x"})
    assert (await control.delete(f"/people/{github.cast['reader']}")).status_code == 204
    comment = (await people("bot").get(f"{repo}/issues/comments/{made.json()['id']}")).json()
    assert (comment["user"], comment["body"]) == (None, "x")
    assert (await people("reader").get("/user")).status_code == 401


async def test_a_pull_request_outlives_its_fork(
    control: Any, people: Any, repo: str, clone: Any, github: Any
) -> None:
    fork = (await people("reader").post(f"{repo}/forks")).json()["full_name"]
    copy = await clone("reader", fork)
    await copy.commit("a.txt", "a")
    await copy.git("push", "--quiet", "origin", "HEAD:refs/heads/fix")
    wanted = {"title": "x", "head": f"{github.cast['reader']}:fix", "base": "main"}
    number = (await people("reader").post(f"{repo}/pulls", json=wanted)).json()["number"]
    assert (await control.delete(f"/repositories/{fork}")).status_code == 204
    pull = (await people("bot").get(f"{repo}/pulls/{number}")).json()
    assert (pull["head"]["repo"], pull["head"]["user"], pull["head"]["ref"]) == (None, None, "fix")


async def test_a_renamed_repository_redirects(control: Any, people: Any, repo: str, clone: Any) -> None:
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"name": "renamed"})
    moved = await people("bot").get(f"{repo}/issues/1", params={"a": "b"})
    assert (moved.status_code, moved.headers["Location"].partition("/issues")[2]) == (301, "/1?a=b")
    followed = await people("bot").get(f"{repo}/issues/1", follow_redirects=True)
    assert followed.json()["repository_url"].endswith("/renamed")
    said = {"json": {"body": "x"}, "follow_redirects": True}
    assert (await people("bot").post(f"{repo}/issues/1/comments")).status_code == 307
    assert (await people("bot").post(f"{repo}/issues/1/comments", **said)).status_code == 201
    assert ((await clone("bot")).folder / "README.md").exists()


async def test_lists_are_cut_as_another_server_cuts_them(control: Any, people: Any, repo: str) -> None:
    for number in range(5):
        await people("bot").post(f"{repo}/issues/1/comments", json={"body": f"{number}"})
    asked = f"{repo}/issues/1/comments?per_page=100"
    assert (await control.put("/paging", json={"largest": 2})).status_code == 204
    cut = await people("bot").get(asked)
    assert [each["body"] for each in cut.json()] == ["0", "1"]
    assert "per_page=100&page=3" in cut.links["last"]["url"]
    await control.put("/paging", json={"largest": 2, "is_linked": False})
    bare = await people("bot").get(asked)
    assert (len(bare.json()), bare.links) == (2, {})
    await control.put("/paging", json={})
    assert len((await people("bot").get(asked)).json()) == 5
    assert (await control.put("/paging", json={"biggest": 2})).status_code == 422


async def test_what_a_delivery_by_hand_is_about_exists_and_nobody_is_told(control: Any, github: Any) -> None:
    writer = github.world.store.user(github.cast["writer"])
    name = next(iter(github.world.store.repositories.values())).full_name
    told = {
        "comment": {
            "id": 70001,
            "user": {"login": writer.login},
            "body": "hello",
            "created_at": "2026-11-02T09:14:00Z",
        },
        "issue": {"number": 1},
        "repository": {"full_name": name},
    }
    before = len((await control.get("/log?direction=out")).json())
    for _ in range(2):
        assert (await control.post("/said", json=told)).status_code == 204
    page = (await control.get(f"/conversations/{name}/1")).text
    assert page.count("hello") == 1
    assert len((await control.get("/log?direction=out")).json()) == before
    for broken in ({}, told | {"issue": {"number": 99}}, told | {"comment": None}):
        assert (await control.post("/said", json=broken)).status_code == 404
