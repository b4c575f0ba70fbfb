"""`bellhop deliveries unsent|resend`: what should be on a platform and is not, and another try."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bot import trail
from bot.phrases import counted, short
from bot.safety import mask
from bot.services import Services
from handlers.cli import output
from models.outbox import OutboxRow

COLUMNS = ("id", "state", "what", "where", "since", "attempts", "due_at", "error")
AGAIN = "{messages} due again; `bellhop deliveries unsent` tells what became of it"
ALONE = ", for {whom} alone"
NONE = "nothing unsent has the number {id}, or it is on its way right now"


async def unsent(services: Services, args: argparse.Namespace) -> int:
    """What was given up first, newest first; then what waits, the longest due first."""
    async with services.storage.read() as work:
        rows = [*await work.outbox.dead(args.limit), *await work.outbox.waiting(args.limit)]
    summaries = [_summary(row, services.known_secrets) for row in rows[: args.limit]]
    if args.json:
        output.as_json(summaries)
    else:
        output.table(summaries, COLUMNS)
    return 0


async def resend(services: Services, args: argparse.Namespace) -> int:
    """Make them due again. 1: not all that were named are unsent."""
    async with services.storage.begin() as work:
        revived = await work.outbox.revive(None if args.all else args.ids)
        if revived:
            await trail.of_operator(work, "resend", "outbox", ids=revived)
    missing = [] if args.all else sorted(set(args.ids) - set(revived))
    if args.json:
        output.as_json({"resent": revived, "missing": missing})
    else:
        output.line(AGAIN.format(messages=counted(len(revived), "message")))
    for id in missing:
        sys.stderr.write(NONE.format(id=id) + "\n")
    return 1 if missing else 0


def _summary(row: OutboxRow, known_secrets: Sequence[str]) -> dict[str, object]:
    """`since` is when it was kept, or, of a card, when it was last as it should be.

    Whoever has an answer's URL can speak for the bot: it is as secret as a token.
    """
    known_secrets = [*known_secrets, row.answer_url] if row.answer_url else known_secrets
    about = mask(row.text, known_secrets) or row.reaction or row.marker
    return {
        "id": row.id,
        "state": row.state.value,
        "what": f"{row.kind.value}: {short(about)}",
        "where": f"{row.platform} {row.thread.name}"
        + (ALONE.format(whom=row.audience) if row.audience else ""),
        "since": row.sent_at or row.created_at,
        "attempts": row.attempts,
        "due_at": row.due_at,
        "error": mask(row.last_error, known_secrets),
        "url": row.remote_url,
    }
