"""Reactions on issues, issue comments and review comments.

docs.github.com/rest/reactions/reactions (201 for a new one, 200 when it is there already)
"""

from collections.abc import Callable

from aiohttp import web

from playground.github.actions.comments import Reactable, react
from playground.github.calls import Call, Endpoint
from playground.github.endpoints.comments import find_comment
from playground.github.endpoints.issues import find_issue
from playground.github.endpoints.review_comments import find_review_comment
from playground.github.failures import forbidden, invalid, not_found
from playground.github.replies import answer, nothing, page
from playground.github.shapes.issues import CONTENTS
from playground.github.shapes.issues import reaction as shape

Finder = Callable[[Call], Reactable]


def _listing(find: Finder) -> Endpoint:
    async def list_reactions(call: Call) -> web.Response:
        wanted = call.query("content")
        found = [reaction for reaction in find(call).reactions if wanted in ("", reaction.content)]
        return page(call, found, lambda reaction: shape(call.world.links, reaction))

    return list_reactions


def _creating(find: Finder) -> Endpoint:
    async def create_reaction(call: Call) -> web.Response:
        target, content = find(call), (await call.json()).get("content")
        if content not in CONTENTS:
            raise invalid("Reaction", "content")
        reaction, is_new = react(call.world, call.person, target, str(content))
        return answer(call, shape(call.world.links, reaction), 201 if is_new else 200)

    return create_reaction


def _deleting(find: Finder) -> Endpoint:
    async def delete_reaction(call: Call) -> web.Response:
        target, number = find(call), call.number("reaction_id")
        reaction = next((reaction for reaction in target.reactions if reaction.id == number), None)
        if reaction is None:
            raise not_found()
        if reaction.user is not call.person:
            raise forbidden()
        target.reactions.remove(reaction)
        return nothing()

    return delete_reaction


list_on_issue, create_on_issue, delete_on_issue = (
    _listing(find_issue),
    _creating(find_issue),
    _deleting(find_issue),
)
list_on_comment = _listing(find_comment)
create_on_comment = _creating(find_comment)
delete_on_comment = _deleting(find_comment)
list_on_review_comment = _listing(find_review_comment)
create_on_review_comment = _creating(find_review_comment)
delete_on_review_comment = _deleting(find_review_comment)
