"""Webhook payloads have every key that GitHub's have: against our own list, and against recorded deliveries.

The recorded ones are read from BELLHOP_PAYLOADS, when it is set.
"""

import json
import os
from pathlib import Path
from typing import Any

# Keys of github.com alone (`installation` comes with Apps), of single deliveries, or of what this server does not have.
NOT_OURS = {"installation", "enterprise", "changes", "organization", "label"}
OBJECTS = (
    "issue",
    "comment",
    "pull_request",
    "review",
    "repository",
    "sender",
    "hook",
    "head_commit",
    "forkee",
)
OPTIONAL = {
    "issue": {"draft", "pull_request"},  # pull requests only
    "comment": {"in_reply_to_id"},  # answers only
    "repository": set(),
}
USER = {"login", "id", "node_id", "avatar_url", "url", "html_url", "type", "site_admin"}
OWN_LIST = {
    "issues": {"action", "issue", "repository", "organization", "sender"},
    "issue_comment": {"action", "issue", "comment", "repository", "organization", "sender"},
    "pull_request": {"action", "number", "pull_request", "repository", "organization", "sender"},
    "pull_request_review": {"action", "review", "pull_request", "repository", "organization", "sender"},
    "pull_request_review_comment": {"action", "comment", "pull_request", "repository", "organization", "sender"},
    "push": {"ref", "before", "after", "created", "deleted", "forced", "base_ref", "compare", "commits", "head_commit",
             "pusher", "repository", "organization", "sender"},
    "create": {"ref", "ref_type", "master_branch", "description", "pusher_type", "repository", "sender"},
    "delete": {"ref", "ref_type", "pusher_type", "repository", "sender"},
    "status": {"sha", "name", "target_url", "context", "description", "state", "commit", "branches", "repository"},
    "fork": {"forkee", "repository", "sender"},
    "ping": {"zen", "hook_id", "hook", "repository", "sender"},
}  # fmt: skip
ACTIONS = {
    "issues": {"opened", "edited", "labeled", "unlabeled", "assigned", "unassigned", "closed", "reopened"},
    "issue_comment": {"created", "edited", "deleted"},
    "pull_request": {"opened", "edited", "labeled", "assigned", "review_requested", "synchronize", "closed", "reopened",
                     "ready_for_review", "converted_to_draft"},
    "pull_request_review": {"submitted"},
    "pull_request_review_comment": {"created", "edited", "deleted"},
}  # fmt: skip


async def play(people: Any, repo: str, propose: Any, github: Any, control: Any) -> None:
    """Make every event happen at least once."""
    writer, triager = people("writer"), people("triager")
    issue = (await writer.post(f"{repo}/issues", json={"title": "New", "body": "One"})).json()["number"]
    path = f"{repo}/issues/{issue}"
    await writer.patch(path, json={"title": "Newer"})
    await triager.post(f"{path}/labels", json={"labels": ["bug"]})
    await triager.delete(f"{path}/labels/bug")
    someone = {"assignees": [github.cast["writer"]]}
    await triager.post(f"{path}/assignees", json=someone)
    await triager.request("DELETE", f"{path}/assignees", json=someone)
    for state in ("closed", "open"):
        await triager.patch(path, json={"state": state})
    await discuss(writer, f"{path}/comments", f"{repo}/issues/comments")
    await play_pull(people, repo, propose, github, control)


async def discuss(client: Any, listing: str, single: str, **more: Any) -> None:
    """Create, edit and delete a comment."""
    made = (await client.post(listing, json={"body": "A"} | more)).json()["id"]
    await client.patch(f"{single}/{made}", json={"body": "B"})
    await client.delete(f"{single}/{made}")


async def play_pull(people: Any, repo: str, propose: Any, github: Any, control: Any) -> None:
    copy, pull = await propose()
    path, triager = f"{repo}/pulls/{pull['number']}", people("triager")
    await people("bot").patch(path, json={"body": "New"})
    await triager.post(f"{repo}/issues/{pull['number']}/labels", json={"labels": ["bug"]})
    await triager.post(
        f"{repo}/issues/{pull['number']}/assignees", json={"assignees": [github.cast["writer"]]}
    )
    await triager.post(f"{path}/requested_reviewers", json={"reviewers": [github.cast["writer"]]})
    for draft in (True, False):
        door = f"/pulls/{repo.removeprefix('/repos/')}/{pull['number']}"
        await control.patch(door, json={"draft": draft, "login": github.cast["writer"]})
    await discuss(people("writer"), f"{path}/comments", f"{repo}/pulls/comments", path="notes.txt", line=1)
    await people("bot").post(f"{repo}/statuses/{pull['head']['sha']}", json={"state": "success"})
    await people("reader").post(f"{repo}/forks")
    await copy.commit("notes.txt", "other\n")
    await copy.git("push", "--quiet", "origin", "bellhop/J-1")
    for state in ("closed", "open"):
        await triager.patch(path, json={"state": state})
    await copy.git("push", "--quiet", "origin", ":bellhop/J-1")


async def heard(receiver: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for headers, body in receiver.seen:
        found.setdefault(headers["X-GitHub-Event"], []).append(json.loads(body))
    return found


async def test_every_event_and_action_has_its_keys(
    people: Any, repo: str, propose: Any, github: Any, control: Any, receiver: Any, settled: Any
) -> None:
    await play(people, repo, propose, github, control)
    await settled()
    events = await heard(receiver)
    for event, keys in OWN_LIST.items():
        for payload in events[event]:
            assert keys <= payload.keys(), event
            assert payload["sender"].keys() >= USER
    labeled = [payload for payload in events["issues"] if payload["action"] in ("labeled", "unlabeled")]
    assert [payload["label"]["name"] for payload in labeled] == ["bug", "bug"]
    for event, actions in ACTIONS.items():
        assert {payload["action"] for payload in events[event]} >= actions, event
    compare_with_recorded(events)


def compare_with_recorded(events: dict[str, list[dict[str, Any]]]) -> None:
    """Every key of a recorded delivery of the event is in ours: on top, and in its objects."""
    folder = os.environ.get("BELLHOP_PAYLOADS")
    files = sorted(Path(folder, "github").glob("*.json")) if folder else []
    compared = 0
    for file in files:
        recorded = json.loads(file.read_text())
        ours = events.get(recorded["event"], [])
        theirs = recorded["body"]
        same = [payload for payload in ours if payload.get("action") == recorded.get("action")]
        if same and isinstance(theirs, dict):
            compared += 1
            assert missing(theirs, same) == [], file.name
    assert not files or compared > 30


def missing(theirs: dict[str, Any], ours: list[dict[str, Any]]) -> list[str]:
    """The keys of a recorded payload that none of ours has."""
    top = {key for payload in ours for key in payload}
    absent = [key for key in theirs.keys() - NOT_OURS if key not in top]
    for name in OBJECTS:
        if isinstance(theirs.get(name), dict):
            have = {key for payload in ours for key in (payload.get(name) or {})} | OPTIONAL.get(name, set())
            absent += [f"{name}.{key}" for key in theirs[name].keys() - have]
    return absent
