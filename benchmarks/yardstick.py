"""The yardstick: an aiohttp server that checks the HMAC, parses the body and answers 202. It keeps nothing.

`python -m benchmarks.yardstick PORT SECRET`; every ratio of the benchmark is relative to it.
"""

import hmac
import sys

import orjson
import uvloop
from aiohttp import web


def make_app(secret: bytes) -> web.Application:
    """The whole server."""

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        signature = "sha256=" + hmac.digest(secret, body, "sha256").hex()
        if not hmac.compare_digest(signature, request.headers.get("X-Hub-Signature-256", "")):
            return web.Response(status=401)
        orjson.loads(body)
        return web.Response(status=202)

    async def answer_health(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application(client_max_size=26 * 1024 * 1024)
    app.router.add_post("/webhooks/github", receive)
    app.router.add_get("/healthz", answer_health)
    return app


def main(port: int, secret: str) -> None:
    """Serve on 127.0.0.1 until interrupted."""
    app = make_app(secret.encode())
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
