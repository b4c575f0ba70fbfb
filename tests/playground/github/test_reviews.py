"""Reviews and inline comments as GitHub serves them."""

from typing import Any


def remark(line: int, body: str = "why?", **more: Any) -> dict[str, Any]:
    return {"path": "notes.txt", "line": line, "side": "RIGHT", "body": body} | more


async def test_a_review_with_two_remarks_makes_three_events(
    propose: Any, people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    _, pull = await propose()
    path = f"{repo}/pulls/{pull['number']}"
    wanted = {"event": "REQUEST_CHANGES", "body": "Two things", "comments": [remark(1), remark(3)]}
    made = await people("writer").post(f"{path}/reviews", json=wanted)
    assert (made.status_code, made.json()["state"]) == (200, "CHANGES_REQUESTED")
    await settled()
    events = [name for name in receiver.events if "review" in name]
    assert sorted(events) == ["pull_request_review.submitted"] + ["pull_request_review_comment.created"] * 2
    assert receiver.payloads("pull_request_review")[0]["review"]["state"] == "changes_requested"
    comments = (await people("bot").get(f"{path}/reviews/{made.json()['id']}/comments")).json()
    assert [item["diff_hunk"] for item in comments] == [
        "@@ -0,0 +1,3 @@\n+one",
        "@@ -0,0 +1,3 @@\n+one\n+two\n+three",
    ]
    assert [item["id"] for item in (await people("bot").get(f"{path}/reviews")).json()] == [made.json()["id"]]


async def test_threads_have_one_level(propose: Any, people: Any, repo: str) -> None:
    _, pull = await propose()
    path = f"{repo}/pulls/{pull['number']}/comments"
    root = (await people("writer").post(path, json=remark(2) | {"commit_id": pull["head"]["sha"]})).json()
    assert (root["line"], root["position"], "in_reply_to_id" in root) == (2, 2, False)
    reply = await people("bot").post(f"{path}/{root['id']}/replies", json={"body": "because"})
    assert (reply.status_code, reply.json()["in_reply_to_id"]) == (201, root["id"])
    nested = await people("bot").post(f"{path}/{reply.json()['id']}/replies", json={"body": "no"})
    assert nested.status_code == 422
    older = await people("bot").post(path, json={"body": "also", "in_reply_to": root["id"]})
    assert older.json()["in_reply_to_id"] == root["id"]
    assert (await people("bot").post(f"{path}/1/replies", json={"body": "no"})).status_code == 404
    assert (await people("bot").get(path)).json()[0]["id"] == root["id"]


async def test_a_remark_stands_in_the_diff_or_nowhere(propose: Any, people: Any, repo: str) -> None:
    _, pull = await propose()
    path = f"{repo}/pulls/{pull['number']}/comments"
    for wrong in (
        remark(99),
        remark(1, path="README.md"),
        remark(1) | {"line": None},
        remark(1) | {"line": "1"},
    ):
        assert (await people("bot").post(path, json=wrong)).status_code == 422
    file = {"path": "notes.txt", "body": "all of it", "subject_type": "file"}
    made = (await people("bot").post(path, json=file)).json()
    assert (made["subject_type"], made["line"]) == ("file", None)
    ranged = (await people("bot").post(path, json=remark(3, start_line=1, start_side="RIGHT"))).json()
    assert (ranged["start_line"], ranged["line"]) == (1, 3)


async def test_remarks_follow_their_lines(propose: Any, people: Any, repo: str) -> None:
    copy, pull = await propose()
    path = f"{repo}/pulls/{pull['number']}/comments"
    for line in (2, 3):
        await people("writer").post(path, json=remark(line))
    sha = await copy.commit("notes.txt", "zero\none\nTWO\nthree\n")
    await copy.git("push", "--quiet", "origin", "bellhop/J-1")
    found = (await people("bot").get(path)).json()
    assert [(item["line"], item["original_line"]) for item in found] == [(None, 2), (4, 3)]
    assert found[1]["commit_id"] == sha


async def test_review_comments_are_edited_and_deleted(
    propose: Any, people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    _, pull = await propose()
    made = await people("writer").post(f"{repo}/pulls/{pull['number']}/comments", json=remark(1))
    path = f"{repo}/pulls/comments/{made.json()['id']}"
    assert (await people("stranger").patch(path, json={"body": "x"})).status_code == 403
    assert (await people("writer").patch(path, json={"body": "x"})).json()["body"] == "x"
    assert (await people("bot").post(f"{path}/reactions", json={"content": "eyes"})).status_code == 201
    assert (await people("bot").get(path)).json()["reactions"]["eyes"] == 1
    assert (await people("writer").delete(path)).status_code == 204
    assert (await people("bot").get(path)).status_code == 404
    await settled()
    assert {"pull_request_review_comment.edited", "pull_request_review_comment.deleted"} <= set(
        receiver.events
    )


async def test_nobody_approves_their_own(propose: Any, people: Any, repo: str) -> None:
    _, pull = await propose()
    path = f"{repo}/pulls/{pull['number']}/reviews"
    assert (await people("bot").post(path, json={"event": "APPROVE"})).status_code == 422
    assert (await people("writer").post(path, json={"event": "APPROVE"})).json()["state"] == "APPROVED"
    assert (await people("writer").post(path, json={"event": "COMMENT"})).status_code == 422
    assert (await people("writer").post(path, json={"event": "SHRUG", "body": "x"})).status_code == 422
