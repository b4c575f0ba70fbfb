"""Token, webhook secret and Redis password are nowhere but where they must be, while a job runs and after it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from adapters.redis import find_embedded
from tests.e2e.story import branches, commits, one_of_each, pulls
from tests.e2e.town import SECRET, Town

ASK = "@bellhop fix this please"
# Redis and its clients have to know the password; nothing else on disk holds a secret.
HOLDERS = {"redis/redis.conf", "redis/url"}


def secrets_of(town: Town) -> dict[str, str]:
    password = urlsplit(find_embedded(town.folder / "data").get_secret_value()).password or ""
    found = {"token": town.people["bot"]["token"], "webhook secret": SECRET, "Redis password": password}
    assert all(len(value) > 8 for value in found.values())
    return found


def found_in(text: str, secrets: dict[str, str]) -> set[str]:
    return {name for name, value in secrets.items() if value in text}


async def test_no_secret_is_seen_by_an_agent_or_left_on_disk_or_said(town: Town) -> None:
    town.script("curious", ".*", {"ask_env": 1}, {"run": SNOOP}, {"sleep": 2}, *town.mending())
    secrets = secrets_of(town)
    await town.say(1, ASK)

    async def at_work() -> bool | None:
        return True if town.children("stream-json") else None

    await town.until(at_work, "the agent to run")
    processes = [*town.children(), psutil.Process(town.app.pid if town.app else 0)]
    seen = [(each.pid, found_in(" ".join(each.cmdline()), secrets)) for each in processes]
    assert [each for each in seen if each[1]] == [], "on a command line that `ps` shows to everybody"
    agents = [each for each in processes if "stream-json" in " ".join(each.cmdline())]
    for agent in agents:
        assert found_in(json.dumps(agent.environ()), secrets) == set()
        opened = [each.path for each in agent.open_files()]
        assert [path for path in opened if path.endswith((".db", ".db-wal", ".aof"))] == []
        assert agent.net_connections() == []
    await town.settled()
    await one_of_each(town, 1)

    assert found_in((town.folder / "app.log").read_text(), secrets) == set()
    told = json.dumps(await town.control("GET", "/log?direction=in"))
    assert found_in(told, secrets) == set(), (
        "in what was sent to GitHub; the log hides the header it belongs in"
    )
    assert found_in("\n".join(await town.answers(1)), secrets) == set()
    events = town.records.rows("SELECT data FROM job_events")
    assert "BOX_ID" in json.dumps(events) or "PATH=" in json.dumps(events), "the agent did show what it sees"
    assert found_in(json.dumps(events), secrets) == set()
    [pull] = await town.request("GET", "pulls?state=all")
    assert found_in(json.dumps([pull, await commits(town, pull["number"])]), secrets) == set()
    await town.stop()
    assert on_disk(town.folder / "data", secrets) == {}


# What an agent may try: its parents' environments and descriptors, and the data folder around it.
SNOOP = (
    "env; ls -l /proc/self/fd; cat /proc/self/cmdline | tr '\\0' ' '; git config --list; git remote -v; true"
)


def on_disk(folder: Path, secrets: dict[str, str]) -> dict[str, set[str]]:
    """Files that hold a secret in the clear, but for those that must."""
    found = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_file() and not path.is_symlink() and name not in HOLDERS:
            text = path.read_bytes()
            held = {secret for secret, value in secrets.items() if value.encode() in text}
            if held:
                found[name] = held
    return found


async def test_secrets_on_disk_are_for_their_owner_alone(town: Town) -> None:
    data = town.folder / "data"
    assert data.stat().st_mode & 0o077 == 0
    for name in HOLDERS:
        assert (data / name).stat().st_mode & 0o077 == 0, name


async def test_redis_refuses_who_has_no_password(town: Town) -> None:
    import redis

    parts = urlsplit(find_embedded(town.folder / "data").get_secret_value())
    client = redis.Redis(unix_socket_path=parts.path or None)
    try:
        client.ping()
    except redis.AuthenticationError:
        return
    finally:
        client.close()
    raise AssertionError("it answered")


async def test_a_secret_an_agent_prints_is_masked_in_card_and_pull_request(town: Town) -> None:
    """However it came to know it: what we hold is never repeated by us."""
    token = town.people["bot"]["token"]
    steps = [
        {"say": f"the token is {token}"},
        *town.mending()[:-1],
        {"result": f"Done with {token} and {SECRET}."},
    ]
    town.script("leak", ".*", *steps)
    await town.say(1, ASK)
    await town.settled()
    await one_of_each(town, 1)
    [card] = await town.answers(1)
    [pull] = await town.request("GET", "pulls?state=all")
    said = json.dumps([card, pull["body"], pull["title"], await commits(town, pull["number"])])
    assert found_in(said, secrets_of(town)) == set()
    assert found_in(json.dumps(town.records.rows("SELECT data FROM job_events")), secrets_of(town)) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["token", "webhook secret"])
async def test_a_secret_in_a_change_is_not_pushed(town: Town, name: str) -> None:
    """One is known by its shape too, the other by its value alone."""
    write = {"write": "NOTES.md", "text": f"for later: {secrets_of(town)[name]}\n"}
    town.script("leak", ".*", {"tool": write}, *town.mending())
    await town.say(1, ASK)
    found = await town.answer(1, r"❌ J-\w+ failed before the push: .*NOTES\.md.* secret")
    assert found_in(found.string, secrets_of(town)) == set()
    await town.settled()
    assert await pulls(town) == []
    assert await branches(town) == []
