"""The pages behind a link that joins accounts. What happens on the way is decided in `bot/visits.py`.

GET and HEAD change nothing but where the forge itself sends the browser back with a code, so whatever looks at links
in advance uses none of them up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot import tickets, visits
from bot.errors import IntegrationError, Refused, StorageUnavailable
from bot.tickets import Ticket
from bot.visits import Astray, Gone
from handlers.keys import OBSERVER, REQUEST_ID, SERVICES, SIGN_INS
from handlers.web import pairs
from handlers.web.page import onwards, page, words

Handler = Callable[[web.Request], Awaitable[web.Response]]

COOKIE = "bellhop_link"
COOKIE_SECONDS = 15 * 60
PARAMETER_CHARACTERS = 512
FORM_BYTES = 4096
READ_SECONDS = 10.0
SIGN_INS_AT_ONCE = 8
WAIT_SECONDS = 5.0
NOT_LINKED = "Nothing was linked"
BUSY = "Too many people sign in at this moment. Open the link in your chat again in a minute."
AWAY = "Your accounts cannot be looked up at this moment. Try again in a minute."
NO_WORD = "{forge} could not be asked who you are. Open the link in your chat again, or use the code that came with it."
TOO_LONG = "That form is not the one of this page."


class Crowded(Refused):
    """Others are being asked for at the forge; there is room again in a moment."""


# https://www.rfc-editor.org/rfc/rfc9110#section-15.5 and 15.6
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (Gone, 404),
    (Astray, 403),
    (Crowded, 503),
    (Refused, 400),
    (IntegrationError, 502),
    (StorageUnavailable, 503),
)


def told_on_a_page(handler: Handler) -> Handler:
    """Whatever goes wrong is told to the person who sits there, and to the operator what is theirs to mend."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except (Refused, IntegrationError, StorageUnavailable) as error:
            status = next(status for kind, status in STATUSES if isinstance(error, kind))
            if not isinstance(error, Refused):
                request.app[OBSERVER].away("linking accounts", error, request[REQUEST_ID])
            return page(NOT_LINKED, words(_said(request, error)), status)

    handle.__doc__ = handler.__doc__
    return handle


def _said(request: web.Request, error: Exception) -> str:
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, StorageUnavailable):
        return AWAY
    return NO_WORD.format(forge=request.app[SERVICES].forge().name)


@told_on_a_page
async def open_link(request: web.Request) -> web.Response:
    """`GET /link/{token}`: on to the forge, to sign in there; 404 when the link is not good (any more)."""
    services = request.app[SERVICES]
    ticket, address = await visits.begin(services, request.match_info["token"], _held(request))
    response = onwards(address)
    public = urlsplit(services.settings.public_url)
    # Lax: it must come along when the forge sends the browser back, and with no form of another site's.
    # https://www.rfc-editor.org/rfc/rfc6265
    response.set_cookie(
        COOKIE,
        ticket.cookie,
        max_age=COOKIE_SECONDS,
        path=f"{public.path}/link",
        httponly=True,
        secure=public.scheme == "https",
        samesite="Lax",
    )
    return response


@told_on_a_page
async def come_back(request: web.Request) -> web.Response:
    """`GET /link/callback`: where the forge sends people back; on to the question whether both accounts are theirs."""
    services, query = request.app[SERVICES], request.query
    state, code, error = (query.get(name, "")[:PARAMETER_CHARACTERS] for name in ("state", "code", "error"))
    slots = request.app[SIGN_INS]
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await slots.acquire()
    except TimeoutError:
        raise Crowded(BUSY) from None
    try:
        await visits.come_back(services, _held(request), state, code, error)
    finally:
        slots.release()
    return onwards(f"{services.settings.public_url}/link/confirm")


@told_on_a_page
async def ask(request: web.Request) -> web.Response:
    """`GET /link/confirm`: both accounts, and the question."""
    ticket = _held(request)
    pair = await visits.look(request.app[SERVICES], ticket)
    return pairs.done(pair) if pair.is_joined or ticket is None else pairs.question(pair, ticket)


@told_on_a_page
async def confirm(request: web.Request) -> web.Response:
    """`POST /link/confirm`: both are theirs; they are linked, and what waited goes on. Twice is once."""
    services, ticket = request.app[SERVICES], _held(request)
    seal = await _seal(request)
    await visits.confirm(services, ticket, seal, request[REQUEST_ID])
    return pairs.done(await visits.look(services, ticket))


def _held(request: web.Request) -> Ticket | None:
    return tickets.read(request.cookies.get(COOKIE, ""))


async def _seal(request: web.Request) -> str:
    """The form's one field; the form is small, and comes soon."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            await request.content.readexactly(FORM_BYTES + 1)
    except asyncio.IncompleteReadError as whole:
        return _field(whole.partial)
    except (TimeoutError, ConnectionError, web.RequestPayloadError):
        pass
    raise Refused(TOO_LONG)


def _field(body: bytes) -> str:
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=8)
    except ValueError:
        return ""
    return found.get("seal", [""])[0]
