"""Clones and pushes by the real git program."""

import asyncio
import base64
import gzip
from typing import Any

import httpx
import pytest

from tests.playground.working_copy import GitError


async def test_a_public_repository_is_cloned_by_anybody(clone: Any) -> None:
    copy = await clone("nobody")
    assert (copy.folder / "README.md").exists()


async def test_nobody_pushes_without_a_token(clone: Any) -> None:
    copy = await clone("nobody")
    await copy.commit("a.txt", "a")
    with pytest.raises(GitError, match="could not read Username"):
        await copy.git("push", "origin", "HEAD:refs/heads/a")


async def test_readers_push_nothing_and_hear_why(clone: Any, github: Any) -> None:
    copy = await clone("reader")
    await copy.commit("a.txt", "a")
    with pytest.raises(GitError, match=rf"denied to {github.cast['reader']}\."):
        await copy.git("push", "origin", "HEAD:refs/heads/a")


async def test_a_wrong_token_is_refused_even_for_public_reads(clone: Any) -> None:
    copy = await clone("bot")
    copy.token = "ghp_nobody"
    with pytest.raises(GitError, match="could not read Username"):
        await copy.git("fetch", "origin")


async def test_a_private_repository_is_hidden_from_strangers(clone: Any, control: Any, repo: str) -> None:
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"private": True})
    for role in ("nobody", "stranger"):
        with pytest.raises(GitError):
            await clone(role)
    assert ((await clone("reader")).folder / "README.md").exists()


async def test_a_push_tells_the_webhooks(clone: Any, receiver: Any, settled: Any, github: Any) -> None:
    copy = await clone("bot")
    sha = await copy.commit("notes/größe.txt", "one\n", "Größe")
    await copy.git("push", "origin", "HEAD:refs/heads/bellhop/J-1")
    await settled()
    assert sorted(receiver.events) == ["create", "push"]
    push = receiver.payloads("push")[0]
    assert (push["ref"], push["after"], push["created"]) == ("refs/heads/bellhop/J-1", sha, True)
    assert [commit["message"] for commit in push["commits"]] == ["Größe"]
    assert push["head_commit"]["added"] == ["notes/größe.txt"]
    assert push["sender"]["login"] == github.cast["bot"]


async def test_deleting_and_forcing_a_branch_is_told(clone: Any, receiver: Any, settled: Any) -> None:
    copy = await clone("bot")
    await copy.commit("a.txt", "a")
    await copy.git("push", "origin", "HEAD:refs/heads/side")
    await copy.git("commit", "--quiet", "--amend", "-m", "Other")
    await copy.git("push", "--force", "origin", "HEAD:refs/heads/side")
    await copy.git("push", "origin", ":refs/heads/side")
    await settled()
    flags = {(push["created"], push["forced"], push["deleted"]) for push in receiver.payloads("push")}
    assert flags == {(True, False, False), (False, True, False), (False, False, True)}
    assert receiver.payloads("delete")[0]["ref"] == "side"
    assert [push["head_commit"] for push in receiver.payloads("push") if push["deleted"]] == [None]


async def test_a_protected_branch_refuses_pushes_in_githubs_words(
    clone: Any, control: Any, repo: str
) -> None:
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"protected": ["main", "release/*"]})
    copy = await clone("bot")
    await copy.commit("a.txt", "a")
    for branch in ("main", "release/1"):
        with pytest.raises(GitError, match="GH006: Protected branch update failed"):
            await copy.git("push", "origin", f"HEAD:refs/heads/{branch}")
    await copy.git("push", "origin", "HEAD:refs/heads/free")
    assert "refs/heads/release" not in await copy.git("ls-remote", "origin")


async def test_a_stale_lease_is_refused(clone: Any) -> None:
    first = await clone("bot")
    await first.commit("a.txt", "a")
    await first.git("push", "origin", "HEAD:refs/heads/side")
    second = await clone("writer")
    await second.commit("b.txt", "b")
    lease = f"--force-with-lease=refs/heads/side:{'0' * 40}"
    with pytest.raises(GitError, match="stale info"):
        await second.git("push", lease, "origin", "HEAD:refs/heads/side")


async def test_large_and_many_objects_pass(clone: Any, tmp_path: Any) -> None:
    copy = await clone("bot")
    for number in range(40):
        (copy.folder / f"{number}.txt").write_text("\n".join(str(number * line) for line in range(9000)))
    await copy.git("add", "--all")
    await copy.git("commit", "--quiet", "-m", "Much")
    await copy.git("-c", "http.postBuffer=10000", "push", "origin", "HEAD:refs/heads/much")  # chunked
    other = await clone("writer")
    assert "refs/remotes/origin/much" in await other.git("for-each-ref")


async def test_protocol_two_and_gzip_are_spoken(github: Any, repo: str) -> None:
    base = f"{github.url}/{repo.removeprefix('/repos/')}.git"
    async with httpx.AsyncClient(headers={"Git-Protocol": "version=2"}) as client:
        greeting = await client.get(f"{base}/info/refs", params={"service": "git-upload-pack"})
        assert b"version 2" in greeting.content
        assert greeting.headers["content-type"] == "application/x-git-upload-pack-advertisement"
        body = gzip.compress(b"0014command=ls-refs\n0014agent=git/2.39.500010009peel\n0000")
        headers = {"Content-Type": "application/x-git-upload-pack-request", "Content-Encoding": "gzip"}
        refs = await client.post(f"{base}/git-upload-pack", content=body, headers=headers)
    assert b"refs/heads/main" in refs.content


async def test_unknown_repositories_ask_for_a_login(github: Any) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            f"{github.url}/no/body.git/info/refs", params={"service": "git-upload-pack"}
        )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_any_reachable_commit_can_be_fetched(clone: Any, propose: Any) -> None:
    _, pull = await propose()
    other = await clone("writer")
    await other.git("fetch", "origin", pull["head"]["sha"])
    await other.git("fetch", "origin", f"refs/pull/{pull['number']}/head")
    assert (await other.git("rev-parse", "FETCH_HEAD")).strip() == pull["head"]["sha"]


async def test_a_push_cut_off_in_the_middle_blocks_nobody(clone: Any, github: Any, repo: str) -> None:
    copy = await clone("bot")
    host, port = github.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    word = base64.b64encode(f"x:{copy.token}".encode()).decode()
    head = f"POST /{repo.removeprefix('/repos/')}.git/git-receive-pack HTTP/1.1\r\nHost: {host}\r\n"
    head += f"Authorization: Basic {word}\r\nContent-Type: application/x-git-receive-pack-request\r\n"
    writer.write(f"{head}Content-Length: 5000\r\n\r\n00a0".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await copy.commit("a.txt", "a")
    await copy.git("push", "origin", "HEAD:refs/heads/after")
