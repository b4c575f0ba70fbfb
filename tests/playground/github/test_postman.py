"""Webhooks as GitHub sends them: signed, once, logged, repeated only on request."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.playground.conftest import SECRET, sign


async def say(people: Any, repo: str, body: str = "hello") -> None:
    answer = await people("writer").post(f"{repo}/issues/1/comments", json={"body": body})
    assert answer.status_code == 201


async def deliveries(people: Any, repo: str) -> tuple[str, list[dict[str, Any]]]:
    """The hook's path and its log without pings, newest first."""
    (hook,) = (await people("admin").get(f"{repo}/hooks")).json()
    path = f"{repo}/hooks/{hook['id']}"
    log = (await people("admin").get(f"{path}/deliveries")).json()
    return path, [item for item in log if item["event"] != "ping"]


async def test_the_signature_covers_the_bytes_sent(
    people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    receiver.seen.clear()
    await say(people, repo, "Größe 👀")
    await settled()
    headers, body = receiver.seen[0]
    assert headers["X-Hub-Signature-256"] == sign(body)
    assert headers["X-Hub-Signature"].startswith("sha1=")
    assert "Größe 👀".encode() in body


async def test_headers_are_githubs(people: Any, repo: str, receiver: Any, settled: Any, github: Any) -> None:
    receiver.seen.clear()
    await say(people, repo)
    await settled()
    headers, body = receiver.seen[0]
    payload = json.loads(body)
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert (headers["Accept"], headers["Content-Type"]) == ("*/*", "application/json")
    assert headers["X-GitHub-Event"] == "issue_comment"
    assert len(headers["X-GitHub-Delivery"]) == 36
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "repository"
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(payload["repository"]["id"])
    repository = github.world.store.repository(*payload["repository"]["full_name"].split("/"))
    assert int(headers["X-GitHub-Hook-ID"]) in repository.hooks


async def test_a_failed_delivery_is_never_sent_again(
    people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    receiver.seen.clear()
    receiver.status = 503
    await say(people, repo)
    await settled()
    receiver.status = 202
    await say(people, repo, "next")
    await settled()
    assert [json.loads(body)["comment"]["body"] for _, body in receiver.seen] == ["hello", "next"]
    _, (second, first) = await deliveries(people, repo)
    assert (first["status_code"], second["status_code"], second["status"]) == (503, 202, "OK")


async def test_redelivery_keeps_the_guid(people: Any, repo: str, receiver: Any, settled: Any) -> None:
    await say(people, repo)
    await settled()
    path, (first,) = await deliveries(people, repo)
    answer = await people("admin").post(f"{path}/deliveries/{first['id']}/attempts")
    assert answer.status_code == 202
    await settled()
    _, (again, _) = await deliveries(people, repo)
    assert (again["guid"], again["redelivery"], again["id"] != first["id"]) == (first["guid"], True, True)
    (one, two) = receiver.seen[-2:]
    assert one[1] == two[1]
    assert one[0]["X-GitHub-Delivery"] == two[0]["X-GitHub-Delivery"]
    whole = (await people("admin").get(f"{path}/deliveries/{again['id']}")).json()
    assert whole["request"]["payload"]["comment"]["body"] == "hello"
    assert whole["response"]["payload"] == "thank you"


async def test_the_log_is_paged_by_cursor(people: Any, repo: str, settled: Any) -> None:
    for number in range(5):
        await say(people, repo, str(number))
    await settled()
    path, log = await deliveries(people, repo)
    first = await people("admin").get(f"{path}/deliveries", params={"per_page": 2})
    second = await people("admin").get(first.links["next"]["url"])
    assert [item["id"] for item in first.json() + second.json()] == [item["id"] for item in log[:4]]


async def test_an_outage_leaves_failed_deliveries_in_the_log(
    people: Any, repo: str, receiver: Any, settled: Any, control: Any
) -> None:
    receiver.seen.clear()
    await control.put("/webhooks", json={"is_on": False})
    await say(people, repo)
    await settled()
    await control.put("/webhooks", json={})
    path, (lost,) = await deliveries(people, repo)
    assert (receiver.seen, lost["status_code"]) == ([], 502)
    await people("admin").post(f"{path}/deliveries/{lost['id']}/attempts")
    await settled()
    assert receiver.events == ["issue_comment.created"]


async def test_copies_share_guid_and_body(people: Any, repo: str, receiver: Any, control: Any) -> None:
    receiver.seen.clear()
    await control.put("/webhooks", json={"copies": 20, "delay_seconds": 0.01})
    await say(people, repo)
    assert (await control.post("/webhooks/idle", json={})).json() == {"is_idle": True}
    assert len(receiver.seen) == 20
    assert len({(headers["X-GitHub-Delivery"], body) for headers, body in receiver.seen}) == 1


async def test_nobody_listening_and_nobody_answering_are_told_apart(
    people: Any, repo: str, control: Any, settled: Any, receiver: Any
) -> None:
    (hook,) = (await people("admin").get(f"{repo}/hooks")).json()
    wanted = {"url": "http://127.0.0.1:9/hook", "content_type": "json"}
    await people("admin").patch(f"{repo}/hooks/{hook['id']}/config", json=wanted)
    await say(people, repo)
    await settled()
    _, (gone,) = await deliveries(people, repo)
    assert (gone["status"], gone["status_code"]) == ("failed to connect", 502)


async def test_hooks_are_made_changed_pinged_and_removed(
    people: Any, repo: str, receiver: Any, settled: Any
) -> None:
    admin = people("admin")
    assert (await people("writer").get(f"{repo}/hooks")).status_code == 403
    config = {"url": receiver.url + "?form", "content_type": "form", "secret": SECRET}
    made = await admin.post(f"{repo}/hooks", json={"config": config, "events": ["issues"], "name": "web"})
    assert (made.status_code, made.json()["config"]["secret"]) == (201, "********")
    twin = await admin.post(f"{repo}/hooks", json={"config": config, "events": ["issues"]})
    assert twin.json()["errors"][0]["message"] == "Hook already exists on this repository"
    await settled()
    receiver.seen.clear()
    path = f"{repo}/hooks/{made.json()['id']}"
    assert (await admin.post(f"{path}/pings")).status_code == 204
    await settled()
    headers, body = receiver.seen[0]
    assert headers["X-GitHub-Event"] == "ping"
    assert json.loads(parse_qs(body.decode())["payload"][0])["hook_id"] == made.json()["id"]
    assert headers["X-Hub-Signature-256"] == sign(body)
    await say(people, repo)
    await settled()
    assert len(receiver.seen) == 2  # the seeded hook heard the comment, the one for issues did not
    changed = await admin.patch(path, json={"active": False, "add_events": ["push"]})
    assert (changed.json()["active"], sorted(changed.json()["events"])) == (False, ["issues", "push"])
    assert (await admin.get(f"{path}/config")).json()["url"] == config["url"]
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).status_code == 404


@pytest.mark.parametrize("config", [{}, {"url": "ftp://x"}, {"url": "http://x", "content_type": "xml"}])
async def test_a_hook_needs_a_sensible_address(people: Any, repo: str, config: dict[str, str]) -> None:
    assert (await people("admin").post(f"{repo}/hooks", json={"config": config})).status_code == 422
