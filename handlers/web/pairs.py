"""What is shown of two accounts: the question whether both are one person's, and that they are linked."""

from __future__ import annotations

from html import escape

from aiohttp import web

from bot.tickets import Ticket
from bot.visits import Pair
from handlers.web.page import page, words

QUESTION = "Are both of these yours?"
WARNING = (
    "Whoever has the first account makes Bellhop work with the rights of the second from then on. "
    "If somebody sent you here, or you do not know the first account, close this page."
)
REPLACES = "So far @{login} was linked with {others} there. That ends."
YES, OTHER = "Both are mine: link them", "Sign in with another account"
FORM = """<dl><dt>On {chat}</dt><dd>{name} ({known})</dd><dt>On {forge}</dt><dd>@{login}</dd></dl>
<p class="warning">{warning}</p>{replaces}
<form method="post" action="confirm"><input type="hidden" name="seal" value="{seal}"><button>{yes}</button></form>
<p><a href="{token}">{other}</a></p>"""
LINKED = "Linked"
DONE = (
    "{name} on {chat} is @{login} on {forge} now. What was asked for goes on.",
    "You can close this page.",
)


def question(pair: Pair, ticket: Ticket) -> web.Response:
    """Both accounts, what it means to link them, and a form that only this browser can send."""
    others = ", ".join(each.login or each.id for each in pair.displaced)
    replaces = words(REPLACES.format(login=pair.own.login, others=others)) if others else ""
    account = pair.account
    # A name can be chosen freely, the rest cannot.
    known = [each for each in (account.login, account.id, account.workspace) if each not in {"", pair.name}]
    body = FORM.format(
        chat=escape(pair.account.platform),
        forge=escape(pair.own.platform),
        name=escape(pair.name),
        known=escape(", ".join(known)),
        login=escape(pair.own.login),
        warning=escape(WARNING),
        replaces=replaces,
        seal=escape(ticket.seal),
        token=escape(ticket.token),
        yes=escape(YES),
        other=escape(OTHER),
    )
    return page(QUESTION, body)


def done(pair: Pair) -> web.Response:
    """They are linked."""
    told = {
        "name": pair.name,
        "login": pair.own.login,
        "chat": pair.account.platform,
        "forge": pair.own.platform,
    }
    return page(LINKED, words(*(sentence.format(**told) for sentence in DONE)))
