"""Listening and stopping."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import pytest
from aiohttp import web

from bot.errors import ConfigurationError
from handlers import server


def test_a_taken_port_is_a_setting_to_change() -> None:
    with server.listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(
            ConfigurationError, match=f"BELLHOP_PORT: another program listens on 127.0.0.1:{port}"
        ):
            server.listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1", "no such host", "2001:db8::1", "a..b"])
def test_an_address_of_no_interface_here_is_a_setting_to_change(host: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        server.listen(host, 0)
    assert told.value.setting == "BELLHOP_HOST"
    assert repr(host) in str(told.value)
    assert "another program" not in str(told.value)


def test_an_ipv6_address_can_be_listened_on() -> None:
    if not socket.has_ipv6:
        return
    try:
        listener = server.listen("::1", 0)
    except ConfigurationError:  # a host without IPv6
        return
    with listener:
        assert listener.family is socket.AF_INET6


async def test_a_request_under_way_is_answered_before_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        began.set()
        await may_end.wait()
        return web.Response(text="answered")

    app = web.Application()
    app.router.add_get("/", slow)
    listener, stopping = server.listen("127.0.0.1", 0), asyncio.Event()
    port = listener.getsockname()[1]
    serving = asyncio.create_task(server.serve(app, listener, stopping))
    async with aiohttp.ClientSession() as session:
        asking = asyncio.create_task(session.get(f"http://127.0.0.1:{port}/"))
        await began.wait()
        stopping.set()
        await asyncio.sleep(0)
        may_end.set()
        response = await asking
        assert await response.text() == "answered"
    await serving
    assert f"listening on http://127.0.0.1:{port}" in capsys.readouterr().out
