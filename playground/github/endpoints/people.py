"""Users, the token's owner, rate limits and the server's own facts."""

from aiohttp import web

from playground.github.calls import Call
from playground.github.failures import not_found
from playground.github.postman import ENTERPRISE_VERSION
from playground.github.records import User
from playground.github.replies import answer
from playground.github.shapes.users import private_user, public_user


async def get_me(call: Call) -> web.Response:
    """`GET /user`."""
    return answer(call, private_user(call.world.links, call.person), headers={"X-OAuth-Scopes": "repo"})


async def get_user(call: Call) -> web.Response:
    """`GET /users/{username}`."""
    return _answer_user(call, call.world.store.user(call.path("username")))


async def get_user_by_id(call: Call) -> web.Response:
    """`GET /user/{account_id}`."""
    return _answer_user(call, call.world.store.user_by_id(call.number("account_id")))


def _answer_user(call: Call, user: User | None) -> web.Response:
    if user is None:
        raise not_found()
    return answer(call, public_user(call.world.links, user))


async def get_rate_limit(call: Call) -> web.Response:
    """`GET /rate_limit`."""
    rate = call.world.limits.window(call.actor).rate()
    return answer(call, {"resources": {"core": rate, "search": rate, "graphql": rate}, "rate": rate})


async def get_meta(call: Call) -> web.Response:
    """`GET /meta`: an Enterprise Server tells its version."""
    return answer(
        call, {"verifiable_password_authentication": False, "installed_version": ENTERPRISE_VERSION}
    )
