"""The playground beside the app: real, apart from what a real installation keeps, and gone with it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import stat
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from adapters import stage
from bot.errors import ConfigurationError
from bot.settings import Settings, load

ADOPTED = (
    "BELLHOP_DATA_DIR",
    "BELLHOP_DATABASE_URL",
    "BELLHOP_REDIS_URL",
    "BELLHOP_AGENT_SCRIPTS",
    "BELLHOP_PUBLIC_URL",
    "GITHUB_API_URL",
    "GITHUB_APP_CLIENT_ID",
    "GITHUB_APP_CLIENT_SECRET",
    "GITHUB_TOKEN",
    "GITHUB_WEBHOOK_SECRET",
    "SLACK_API_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
)
APP = "http://127.0.0.1:9"
STUBBORN = """#!/bin/sh
trap '' TERM
echo '{"url": "u", "apps_file": "%s", "tokens_file": "t", "scripts": "s", "repositories": ["a/b"], "chat_url": "c"}'
while true; do sleep 1; done
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of a real installation, in an environment that is put back afterwards."""
    for name in ADOPTED:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("BELLHOP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BELLHOP_DATABASE_URL", "postgresql://real@127.0.0.1:1/real")
    monkeypatch.setenv("BELLHOP_REDIS_URL", "redis://127.0.0.1:1/0")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bellhop.db").write_text("what a real installation keeps")
    return load()


def program(tmp_path: Path, text: str) -> str:
    """Something else in place of the playground."""
    path = tmp_path / "program"
    path.write_text(text)
    path.chmod(0o700)
    return str(path)


def children() -> list[psutil.Process]:
    """Those the playground is among: what other tests of this process left running (their Redis) is not."""
    own = (child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE)
    return [child for child in own if child.name() != "redis-server"]


def test_playing_has_a_folder_a_database_and_a_redis_of_its_own(settings: Settings, tmp_path: Path) -> None:
    apart = stage.apart(settings)
    assert apart.data_dir == (tmp_path / "data" / "playground").absolute()
    assert apart.database.startswith("sqlite:///")
    assert str(apart.data_dir) in apart.database
    assert apart.is_redis_embedded
    assert stat.S_IMODE(apart.data_dir.stat().st_mode) == 0o700


def test_playing_begins_anew_and_touches_nothing_real(settings: Settings, tmp_path: Path) -> None:
    first = stage.apart(settings)
    (first.data_dir / "bellhop.db").write_text("played")
    again = stage.apart(settings)
    assert list(again.data_dir.iterdir()) == []
    assert (tmp_path / "data" / "bellhop.db").read_text() == "what a real installation keeps"


async def test_the_playground_serves_while_the_block_lasts_and_the_settings_lead_to_it(
    settings: Settings,
) -> None:
    apart = stage.apart(settings)
    async with stage.playground(apart, APP, seed=1) as hint:
        api, token = os.environ["GITHUB_API_URL"], os.environ["GITHUB_TOKEN"]
        async with httpx.AsyncClient(base_url=api, trust_env=False, timeout=20) as client:
            me = await client.get("/user", headers={"Authorization": f"Bearer {token}"})
            assert me.status_code == 200
        ready = json.loads((apart.data_dir / "ready.json").read_text())
        assert (ready["api_url"], ready["app_url"]) == (api, APP)
        assert ready["url"] in hint
        assert f"{ready['url']}/{ready['repositories'][0]}/issues/1" in hint
        said, seen = re.findall(r"^ +(curl .+)$", hint, re.MULTILINE)
        assert await _run(said)
        assert "fix the failing test" in await _run(seen)
        scripts = os.listdir(os.environ["BELLHOP_AGENT_SCRIPTS"])
        assert scripts
        secret = apart.data_dir / "webhook-secret"
        assert secret.read_text() == os.environ["GITHUB_WEBHOOK_SECRET"]
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        [child] = children()
        assert [word for word in child.cmdline() if token in word or secret.read_text() in word] == []
    assert children() == []
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", urlsplit(api).port or 0)) != 0


async def _run(line: str) -> str:
    """As somebody who copied it."""
    process = await asyncio.create_subprocess_shell(line + " -sf", stdout=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0, line
    return out.decode()


@pytest.mark.parametrize(
    "text", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\necho no json\n"], ids=["ends", "babbles"]
)
async def test_a_playground_that_does_not_start_stops_the_start(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    apart = stage.apart(settings)
    monkeypatch.setattr(sys, "executable", program(tmp_path, text))
    with pytest.raises(ConfigurationError, match="--playground: the playground did not start"):
        async with stage.playground(apart, APP, seed=1):
            raise AssertionError("it started")
    assert children() == []
    assert os.environ["GITHUB_TOKEN"] == ""


async def test_a_playground_that_says_nothing_is_not_waited_for_for_ever(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = stage.apart(settings)
    monkeypatch.setattr(stage, "READY_SECONDS", 0.2)
    monkeypatch.setattr(sys, "executable", program(tmp_path, "#!/bin/sh\nexec sleep 60\n"))
    with pytest.raises(ConfigurationError):
        async with stage.playground(apart, APP, seed=1):
            raise AssertionError("it started")
    assert children() == []


async def test_a_playground_that_will_not_end_is_killed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = stage.apart(settings)
    apps = tmp_path / "apps.json"
    apps.write_text('{"github": {"token": "t"}}')
    monkeypatch.setattr(stage, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(sys, "executable", program(tmp_path, STUBBORN % apps))
    async with stage.playground(apart, APP, seed=1):
        assert len(children()) == 1
    assert children() == []
