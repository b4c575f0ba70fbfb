"""Webhooks of a repository, their delivery logs and redelivery on request.

docs.github.com/rest/repos/webhooks
"""

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from playground.github.actions.repositories import HookRequest, add_hook, ping
from playground.github.calls import Call
from playground.github.failures import ApiFailure, invalid, not_found
from playground.github.records import Delivery, Hook
from playground.github.replies import answer, created, nothing, page
from playground.github.shapes import hooks as shapes
from playground.github.store import now

EXISTS = "Hook already exists on this repository"
DEFAULT_PAGE_SIZE = 30


def _find(call: Call) -> Hook:
    hook = call.repository.hooks.get(call.number("hook_id"))
    if hook is None:
        raise not_found()
    return hook


def _shape(call: Call, hook: Hook) -> dict[str, Any]:
    return shapes.hook(call.world.links, call.repository, hook)


async def list_hooks(call: Call) -> web.Response:
    """`GET .../hooks`."""
    return page(call, list(call.repository.hooks.values()), lambda hook: _shape(call, hook))


async def get_hook(call: Call) -> web.Response:
    """`GET .../hooks/{hook_id}`."""
    return answer(call, _shape(call, _find(call)))


async def create_hook(call: Call) -> web.Response:
    """`POST .../hooks`: a `ping` follows; the same URL and events twice are refused."""
    data = await call.json()
    config = data.get("config") if isinstance(data.get("config"), dict) else {}
    request = _read(config or {}, data)
    for hook in call.repository.hooks.values():
        if (hook.url, sorted(hook.events)) == (request.url, sorted(request.events)):
            error = {"resource": "Hook", "code": "custom", "message": EXISTS}
            raise ApiFailure(422, "Validation Failed", [error])
    return created(call, _shape(call, add_hook(call.world, call.person, call.repository, request)))


def _read(config: dict[str, Any], data: dict[str, Any]) -> HookRequest:
    url, content_type = str(config.get("url") or ""), str(config.get("content_type") or "form")
    if urlsplit(url).scheme not in ("http", "https"):
        raise invalid("Hook", "url")
    if content_type not in ("json", "form"):
        raise invalid("Hook", "content_type")
    events = tuple(str(event) for event in data.get("events") or ["push"])
    secret = str(config["secret"]) if config.get("secret") else None
    insecure = str(config.get("insecure_ssl") or "0")
    return HookRequest(url, secret, content_type, events, data.get("active") is not False, insecure)


async def update_hook(call: Call) -> web.Response:
    """`PATCH .../hooks/{hook_id}`: `config` is replaced whole, a secret left out is removed."""
    hook, data = _find(call), await call.json()
    if "config" in data:
        _set_config(hook, _read(data["config"], data))
    hook.is_active = data.get("active", hook.is_active) is True
    events = [str(event) for event in data.get("events") or hook.events]
    dropped = {str(event) for event in data.get("remove_events") or []}
    hook.events = [*{*events, *(data.get("add_events") or [])} - dropped]
    hook.updated_at = now()
    return answer(call, _shape(call, hook))


def _set_config(hook: Hook, request: HookRequest) -> None:
    hook.url, hook.secret, hook.content_type = request.url, request.secret, request.content_type
    hook.insecure_ssl = request.insecure_ssl


async def get_config(call: Call) -> web.Response:
    """`GET .../hooks/{hook_id}/config`."""
    return answer(call, shapes.config(_find(call)))


async def update_config(call: Call) -> web.Response:
    """`PATCH .../hooks/{hook_id}/config`: only what is named changes."""
    hook, data = _find(call), await call.json()
    known = {"url": hook.url, "secret": hook.secret, "content_type": hook.content_type}
    _set_config(hook, _read(known | {"insecure_ssl": hook.insecure_ssl} | data, {}))
    return answer(call, shapes.config(hook))


async def delete_hook(call: Call) -> web.Response:
    """`DELETE .../hooks/{hook_id}`."""
    del call.repository.hooks[_find(call).id]
    return nothing()


async def ping_hook(call: Call) -> web.Response:
    """`POST .../hooks/{hook_id}/pings`."""
    ping(call.world, call.person, call.repository, _find(call))
    return nothing()


async def list_deliveries(call: Call) -> web.Response:
    """`GET .../hooks/{hook_id}/deliveries`: newest first; pages by `cursor`, which the Link header carries."""
    found = _find(call).deliveries[::-1]
    cursor = call.query("cursor")
    if cursor:
        found = [delivery for delivery in found if delivery.id <= call.query_number("cursor", 0)]
    size = min(call.query_number("per_page", DEFAULT_PAGE_SIZE), call.world.paging.largest)
    headers = {}
    if len(found) > size:
        url = f"{call.world.links.base}{call.request.path}?per_page={size}&cursor={found[size].id}"
        headers["Link"] = f'<{url}>; rel="next"'
    return answer(call, [shapes.delivery_item(delivery) for delivery in found[:size]], headers=headers)


def _find_delivery(call: Call, hook: Hook) -> Delivery:
    number = call.number("delivery_id")
    found = next((delivery for delivery in hook.deliveries if delivery.id == number), None)
    if found is None:
        raise not_found()
    return found


async def get_delivery(call: Call) -> web.Response:
    """`GET .../hooks/{hook_id}/deliveries/{delivery_id}`."""
    hook = _find(call)
    return answer(call, shapes.delivery(_find_delivery(call, hook), hook.url))


async def redeliver(call: Call) -> web.Response:
    """`POST .../deliveries/{delivery_id}/attempts`: the same GUID, another id; 202."""
    hook = _find(call)
    call.world.postman.repeat(hook, _find_delivery(call, hook))
    return answer(call, {}, 202)
