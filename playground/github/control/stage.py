"""What there is and what happened: the play, the log, conversations; and a fresh start."""

from typing import Any

from aiohttp import web

from playground.github.control.asking import find_repository, read_json, world_of
from playground.github.control.cast import brief
from playground.github.failures import not_found
from playground.github.records import Comment
from playground.github.seeds import plant
from playground.github.transcript import write_transcript
from playground.github.world import World


async def show_state(request: web.Request) -> web.Response:
    """`GET /_playground`: where things are, who plays whom, what the seeds planted."""
    return web.json_response(_state(world_of(request)))


def _state(world: World) -> dict[str, Any]:
    return {
        "url": world.links.base,
        "api_url": world.links.api,
        "seed": world.seed,
        "cast": world.cast,
        "seeds": world.summary,
        "repositories": [brief(repository) for repository in world.store.repositories.values()],
    }


async def show_log(request: web.Request) -> web.Response:
    """`GET /log?direction=in|out&method=&path=&after=ID`: oldest first; `path` is a part of the path."""
    query = request.query
    entries = [
        entry for entry in world_of(request).journal.read() if entry["id"] > int(query.get("after", 0))
    ]
    for key in ("direction", "method"):
        entries = [entry for entry in entries if query.get(key, entry[key]) == entry[key]]
    return web.json_response([entry for entry in entries if query.get("path", "") in entry["path"]])


async def clear_log(request: web.Request) -> web.Response:
    """`DELETE /log`."""
    world_of(request).journal.entries.clear()
    return web.Response(status=204)


async def show_conversation(request: web.Request) -> web.Response:
    """`GET /conversations/{owner}/{repo}/{number}`: the conversation as a person sees it, as plain text."""
    issue = find_repository(request).issues.get(int(request.match_info["number"]))
    if issue is None:
        raise not_found()
    return web.Response(text=write_transcript(issue))


async def have_said(request: web.Request) -> web.Response:
    """`POST /said` with the body of an `issue_comment` event: its comment exists from now on, and nobody is told.

    For a delivery that is sent by hand: on GitHub the comment would be there. 404 when its author or issue is not here.
    """
    world, told = world_of(request), await read_json(request)
    try:
        said, number, name = told["comment"], told["issue"]["number"], told["repository"]["full_name"]
        issue = world.store.repositories[name.lower()].issues[number]
        author, comment_id, stamp = (
            world.store.users[said["user"]["login"].lower()],
            said["id"],
            said["created_at"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise not_found() from error
    if comment_id not in world.store.comments:
        comment = Comment(comment_id, issue, author, said["body"], stamp, stamp)
        issue.comments.append(comment)
        world.store.comments[comment_id] = comment
    return web.Response(status=204)


async def reset(request: web.Request) -> web.Response:
    """`POST /reset {seed?}`: everything anew, faults and log too; ids and tokens are those of the seed."""
    world, data = world_of(request), await read_json(request)
    world.reset(int(data.get("seed", world.seed)))
    await plant(world)
    return await show_state(request)
