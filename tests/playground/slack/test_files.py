"""Files, both ways."""

import base64
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError


async def test_a_snippet_goes_up_in_three_steps(bot: Any, door: Any, told: Any, listener: Any) -> None:
    team = told["channels"]["team"]["id"]
    parent = (await bot.chat_postMessage(channel=team, text="card"))["ts"]
    sent = await bot.files_upload_v2(
        channel=team,
        content="line 1\nline 2\n",
        filename="job.log",
        title="Log",
        thread_ts=parent,
        snippet_type="text",
    )
    (shared,) = [one for one in await door.get("/screens/admin/team") if one.get("files")]
    file = shared["files"][0]
    assert (shared["thread_ts"], file["id"]) == (parent, sent["files"][0]["id"])
    assert (file["title"], file["mode"], file["lines"]) == ("Log", "snippet", 2)
    await door.settle()
    assert listener.events("message.file_share")[0]["user"] == told["bot_user"]["id"]


async def test_a_private_file_wants_the_token(bot: Any, door: Any, told: Any, listener: Any) -> None:
    data = base64.b64encode(b"\x89PNG\x00").decode()
    await door.say("writer", "dm", "see", files=[{"name": "a.png", "base64": data}])
    url = listener.events("message.file_share")[0]["files"][0]["url_private"]
    async with httpx.AsyncClient() as client:
        good = await client.get(url, headers={"Authorization": f"Bearer {told['bot_token']}"})
        bare = await client.get(url, follow_redirects=True)
    assert (good.content, good.headers["Content-Type"]) == (b"\x89PNG\x00", "image/png")
    assert (bare.status_code, "Sign in" in bare.text) == (200, True)


async def test_a_file_of_a_conversation_without_the_bot_is_not_there(bot: Any, door: Any, slack: Any) -> None:
    await door.say("writer", "elsewhere", "x", files=[{"name": "a.txt", "content": "a"}])
    (file,) = slack.world.store.files
    with pytest.raises(SlackApiError, match="file_not_found"):
        await bot.files_info(file=file)
    await door.say("writer", "team", "x", files=[{"name": "b.txt", "content": "b"}])
    mine = list(slack.world.store.files)[-1]
    assert (await bot.files_info(file=mine))["file"]["name"] == "b.txt"


async def test_what_was_not_uploaded_cannot_be_completed(bot: Any) -> None:
    asked = await bot.files_getUploadURLExternal(filename="a.txt", length=3)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await bot.files_completeUploadExternal(files=[{"id": asked["file_id"], "title": "a"}])
    async with httpx.AsyncClient() as client:
        assert (await client.post(asked["upload_url"], content=b"four")).status_code == 400
        assert (await client.post(asked["upload_url"], content=b"abc")).text == "OK - 3"
    done = await bot.files_completeUploadExternal(files=[{"id": asked["file_id"], "title": "a"}])
    assert done["files"][0]["title"] == "a"
