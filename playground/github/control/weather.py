"""How the world behaves: faults, webhooks, used-up limits."""

from dataclasses import asdict

from aiohttp import web

from playground.github.actions.repositories import HookRequest, add_hook
from playground.github.calls import text
from playground.github.control.asking import find_user, only_known, read_json, world_of
from playground.github.failures import ApiFailure
from playground.github.faults import Fault
from playground.github.postman import Behavior
from playground.github.world import HookTarget, Paging

IDLE_SECONDS = 15.0


async def point_hooks(request: web.Request) -> web.Response:
    """`PUT /hook {url, secret?}`: a webhook on every repository, also on those to come."""
    world, data = world_of(request), await read_json(request)
    url, secret = text(data, "url", "Hook"), data.get("secret")
    world.hook_target = HookTarget(url, secret)
    for repository in world.store.repositories.values():
        add_hook(world, repository.owner, repository, HookRequest(url, secret))
    return web.Response(status=204)


async def show_webhooks(request: web.Request) -> web.Response:
    """`GET /webhooks`: how deliveries behave."""
    return web.json_response(asdict(world_of(request).postman.behavior))


async def set_webhooks(request: web.Request) -> web.Response:
    """`PUT /webhooks {is_on?, copies?, delay_seconds?, jitter_seconds?, timeout_seconds?}`; the rest as on GitHub."""
    world_of(request).postman.behavior = Behavior(**only_known(Behavior, await read_json(request)))
    return await show_webhooks(request)


async def wait_idle(request: web.Request) -> web.Response:
    """`POST /webhooks/idle {timeout_seconds?}`: answers when no delivery is on its way."""
    seconds = float((await read_json(request)).get("timeout_seconds", IDLE_SECONDS))
    return web.json_response({"is_idle": await world_of(request).postman.idle(seconds)})


async def set_paging(request: web.Request) -> web.Response:
    """`PUT /paging {largest?, is_linked?}`: lists as another server cuts them; the rest as on GitHub."""
    world_of(request).paging = Paging(**only_known(Paging, await read_json(request)))
    return web.Response(status=204)


async def list_faults(request: web.Request) -> web.Response:
    """`GET /faults`: those waiting for requests."""
    return web.json_response(world_of(request).faults.waiting())


async def add_fault(request: web.Request) -> web.Response:
    """`POST /faults {kind, method?, path?, when?, times?, status?, seconds?, retry_after?, headers?, body?}`."""
    try:
        fault = Fault(**only_known(Fault, await read_json(request)))
    except (TypeError, ValueError) as error:
        raise ApiFailure(422, str(error)) from error
    return web.json_response(asdict(world_of(request).faults.add(fault)), status=201)


async def clear_faults(request: web.Request) -> web.Response:
    """`DELETE /faults`."""
    world_of(request).faults.clear()
    return web.Response(status=204)


async def exhaust_limit(request: web.Request) -> web.Response:
    """`POST /rate_limit {login, reset_seconds?}`: the person's hour is used up until then."""
    world, data = world_of(request), await read_json(request)
    window = world.limits.exhaust(find_user(world, data.get("login")), int(data.get("reset_seconds", 3600)))
    return web.json_response(window.rate())
