"""Every URL, in one list."""

from __future__ import annotations

import inspect

from aiohttp import web
from aiohttp.test_utils import TestClient

from handlers.routes import ROUTES
from tests.fakes.services import Bench


def test_a_url_is_listed_once() -> None:
    listed = [(route.method, route.path) for route in ROUTES]
    assert len(listed) == len(set(listed))


def test_the_promised_doors_are_there() -> None:
    assert {(route.method, route.path) for route in ROUTES} >= {
        ("POST", "/webhooks/{platform}"),
        ("POST", "/webhooks/{platform}/{integration}"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
    }


def test_every_url_says_what_it_answers() -> None:
    silent = [route.path for route in ROUTES if not inspect.getdoc(route.handler)]
    assert silent == []


async def test_the_app_serves_the_list_and_nothing_else(client: TestClient, bench: Bench) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in client.app.router.routes()
        if route.resource is not None
        and route.method != "HEAD"  # aiohttp's own answer to who asks for GET's headers
    }
    assert served == {(route.method, route.path) for route in ROUTES}
    assert isinstance(client.app, web.Application)
