"""The doors beside the Web API: response URLs, uploads, private files, consent, sockets, permalinks."""

from __future__ import annotations

import json

from aiohttp import web

from playground.slack.actions.answers import use
from playground.slack.endpoints import files, oauth
from playground.slack.failures import ApiFailure
from playground.slack.transcript import write_transcript
from playground.slack.world import WORLD

# docs.slack.dev/interactivity/handling-user-interaction#message_responses: five times within 30 minutes
GONE = {"used_url": 404, "expired_url": 404, "message_not_found": 404}


async def take_answer(request: web.Request) -> web.Response:
    """A response URL: JSON, no token; "ok" or a word with an error status."""
    world = request.app[WORLD]
    url = world.store.response_urls.get(request.path)
    if url is None:
        return web.Response(status=404, text="no_service")
    try:
        body = json.loads(await request.read())
    except ValueError:
        return web.Response(status=400, text="invalid_payload")
    if not isinstance(body, dict):
        return web.Response(status=400, text="invalid_payload")
    try:
        use(world, url, body)
    except ApiFailure as failure:
        word = failure.body["error"]
        return web.json_response(failure.body, status=GONE.get(word, 400))
    return web.Response(text="ok")


async def serve_socket(request: web.Request) -> web.StreamResponse:
    """Socket Mode."""
    world = request.app[WORLD]
    return await world.sockets.serve(request, world.store.app.id)


async def show_channel(request: web.Request) -> web.Response:
    """Where permalinks lead: the conversation as plain text."""
    channel = request.app[WORLD].store.channels.get(request.match_info["channel"])
    if channel is None:
        return web.Response(status=404, text="channel_not_found")
    return web.Response(text=write_transcript(request.app[WORLD], channel))


def open_doors() -> list[web.RouteDef]:
    """Their routes for aiohttp."""
    answers = [
        web.post(f"/{prefix}/{{team}}/{{number}}/{{secret}}", take_answer)
        for prefix in ("commands", "actions", "app")
    ]
    return [
        *answers,
        web.post("/upload/v1/{key}", files.take_upload),
        web.put("/upload/v1/{key}", files.take_upload),
        web.get("/files-pri/{name}/download/{file}", files.download),
        web.get("/files-pri/{name}/{file}", files.download),
        web.get("/oauth/v2/authorize", oauth.show_consent),
        web.post("/oauth/v2/authorize", oauth.take_consent),
        web.get("/link/", serve_socket),
        web.get("/archives/{channel}", show_channel),
        web.get("/archives/{channel}/{message}", show_channel),
        web.get("/", files.sign_in_page),
    ]
