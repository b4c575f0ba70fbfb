"""files.*, the upload address and the private downloads.

docs.slack.dev/messaging/working-with-files#uploading_files
"""

from __future__ import annotations

import mimetypes
from typing import Any

from aiohttp import web

from playground.slack.actions import messages
from playground.slack.actions.drafts import Draft, read_blocks
from playground.slack.calls import Call
from playground.slack.failures import ApiFailure
from playground.slack.records import File
from playground.slack.shapes.messages import file as file_shape
from playground.slack.world import TOKEN, WORLD

DEFAULT_TYPE = "application/octet-stream"
SIGN_IN = "<!DOCTYPE html><html><title>Slack</title><body>Sign in to see this file</body></html>"


async def get_upload_url(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/files.getUploadURLExternal"""
    name, length = call.needed("filename"), call.needed("length")
    if not (length.isascii() and length.isdigit()) or int(length) < 1:
        raise ApiFailure("invalid_arguments")
    store = call.store
    kind = mimetypes.guess_type(name)[0] or DEFAULT_TYPE
    file = File(store.next_id("F"), call.actor, name, name, kind, b"", int(store.clock.now()))
    file.snippet_type, file.declared_bytes = call.text("snippet_type") or None, int(length)
    key = store.secret(48)
    store.uploads[key] = store.files[file.id] = file
    return {"upload_url": f"{call.world.links.base}/upload/v1/{key}", "file_id": file.id}


async def take_upload(request: web.Request) -> web.Response:
    """The bytes, raw or as a form; the secret in the address is the credential."""
    file = request.app[WORLD].store.uploads.get(request.match_info["key"])
    if file is None:
        return web.Response(status=404, text="not_found")
    if request.content_type == "multipart/form-data":
        parts = [part for part in (await request.post()).values() if isinstance(part, web.FileField)]
        file.content = parts[0].file.read() if parts else b""
    else:
        file.content = await request.read()
    if len(file.content) != file.declared_bytes:
        return web.Response(status=400, text="length mismatch")
    file.is_uploaded = True
    return web.Response(text=f"OK - {len(file.content)}")


async def complete_upload(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/files.completeUploadExternal (without a channel nothing is shared)"""
    files = [_uploaded(call, wanted) for wanted in call.structure("files") or []]
    if not files:
        raise ApiFailure("invalid_arguments")
    channel_id = call.text("channel_id")
    if channel_id:
        _share(call, files, channel_id)
    return {"files": [file_shape(file, call.world.links) for file in files]}


def _uploaded(call: Call, wanted: Any) -> File:
    file = call.store.files.get(str(wanted.get("id"))) if isinstance(wanted, dict) else None
    if file is None or not file.is_uploaded or file.user is not call.actor:
        raise ApiFailure("file_not_found")
    file.title = wanted.get("title") or file.name
    return file


def _share(call: Call, files: list[File], channel_id: str) -> None:
    channel = call.store.channels.get(channel_id)
    if channel is None or not call.sees(channel):
        raise ApiFailure("channel_not_found")
    if call.actor.id not in channel.members:
        raise ApiFailure("not_in_channel")
    blocks = read_blocks(call.world, call.structure("blocks", "invalid_blocks_format"), call.method)
    draft = Draft(call.text("initial_comment"), blocks, thread_ts=call.text("thread_ts") or None)
    messages.share_files(call.world, channel, files, draft)


async def info(call: Call) -> dict[str, Any]:
    """docs.slack.dev/reference/methods/files.info"""
    file = call.store.files.get(call.needed("file"))
    if file is None or not _sees(call, file):
        raise ApiFailure("file_not_found")
    return {
        "file": file_shape(file, call.world.links),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def _sees(call: Call, file: File) -> bool:
    mine = [
        call.store.channels[one] for one in file.channels if call.actor.id in call.store.channels[one].members
    ]
    return file.user is call.actor or bool(mine)


async def download(request: web.Request) -> web.StreamResponse:
    """`url_private`: without a token that may read the file one lands on a page that is 200 and HTML.

    docs.slack.dev/reference/objects/file-object (a bearer token with files:read)
    """
    world, token = request.app[WORLD], request.get(TOKEN)
    file = world.store.files.get(request.match_info["name"].partition("-")[2])
    call = Call(world, token, {})
    is_open = token and token.state == "live" and "files:read" in token.scopes
    if file is None or not is_open or not _sees(call, file):
        raise web.HTTPFound(f"{world.links.base}/?redir={request.path}")
    return web.Response(body=file.content, content_type=file.mimetype)


async def sign_in_page(request: web.Request) -> web.Response:
    """Where a browser without a session ends."""
    return web.Response(text=SIGN_IN, content_type="text/html")
