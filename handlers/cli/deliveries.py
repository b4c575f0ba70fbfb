"""`bellhop deliveries`: what arrived, from the command line."""

from __future__ import annotations

import argparse
import sys

from bot import explain, introduction, trail
from bot.ports import Storage
from bot.safety import mask_mapping
from bot.services import Services
from handlers.cli import output, unsent
from models.delivery import Delivery

COLUMNS = (
    "id",
    "platform",
    "event",
    "action",
    "received_at",
    "disposition",
    "reason",
    "attempts",
    "receipts",
    "detail",
)
NONE = "no delivery {id}"
REOPENED = "delivery {id} is due again; `bellhop deliveries show {id}` tells what became of it"
ACTED_UPON = ("accepted", "answered", "duplicate")
ALREADY = "delivery {id} was {disposition} ({detail}): what was done is not done twice"
BUSY = "delivery {id} is being worked on right now"
BODY_SHOWN = 4000


async def run(services: Services, args: argparse.Namespace) -> int:
    """Do the action that was asked for; its exit code."""
    if args.action in ACTIONS:
        return await ACTIONS[args.action](services, args)
    return await (listing if args.action == "list" else show)(services.storage, args)


async def listing(storage: Storage, args: argparse.Namespace) -> int:
    """Newest first."""
    async with storage.read() as work:
        rows = await work.deliveries.page(
            before=args.before, limit=args.limit, platform=args.platform, disposition=args.disposition
        )
    summaries = [row.to_summary() for row in rows]
    if args.json:
        output.as_json(summaries)
    else:
        output.table(summaries, COLUMNS)
    return 0


async def show(storage: Storage, args: argparse.Namespace) -> int:
    """One, whole."""
    delivery = await _get(storage, args.id)
    if delivery is None:
        return 1
    headers = mask_mapping(dict(delivery.request.headers))
    body = delivery.request.body.decode(errors="replace")
    if args.json:
        output.as_json(delivery.to_summary() | {"headers": headers, "body": body})
        return 0
    output.facts(delivery.to_summary())
    output.block("")
    for name, value in headers.items():
        output.line(f"{name}: {value}")
    output.block("\n" + body[:BODY_SHOWN] + ("\n…" if len(body) > BODY_SHOWN else ""))
    return 0


async def replay(services: Services, args: argparse.Namespace) -> int:
    """Make it due again, or say what would be done."""
    delivery = await _get(services.storage, args.id)
    if delivery is None:
        return 1
    if args.dry_run:
        await introduction.recall(services, tuple(services.platforms.values()))
        return await _explain(services, delivery, args)
    if delivery.disposition is not None and delivery.disposition.kind in ACTED_UPON:
        return _already(delivery, args)
    async with services.storage.begin() as work:
        is_reopened = await work.deliveries.reopen(args.id)
        if is_reopened:
            await trail.of_operator(work, "replay", f"delivery {args.id}")
    text = REOPENED if is_reopened else BUSY
    if args.json:
        output.as_json({"id": args.id, "reopened": is_reopened})
    else:
        sys.stdout.write(text.format(id=args.id) + "\n")
    return 0 if is_reopened else 1


ACTIONS = {"replay": replay, "unsent": unsent.unsent, "resend": unsent.resend}


def _already(delivery: Delivery, args: argparse.Namespace) -> int:
    """Its keys are taken: working on it again would change nothing but what its row says of it."""
    disposition = delivery.disposition.value if delivery.disposition else ""
    if args.json:
        output.as_json({"id": delivery.id, "reopened": False, "disposition": disposition})
    else:
        text = ALREADY.format(id=delivery.id, disposition=disposition, detail=delivery.detail)
        output.line(text)
    return 0


async def _explain(services: Services, delivery: Delivery, args: argparse.Namespace) -> int:
    async with services.storage.read() as work:
        found = await explain.as_kept(work, explain.explain(services, delivery))
    if args.json:
        output.as_json(found.model_dump(mode="json"))
        return 0
    message = found.message
    output.facts(
        {
            "delivery": found.delivery_id,
            "event": found.event,
            "actor": message.actor.login if message and message.actor else None,
            "place": message.thread.name if message else None,
            "text": message.text[:200] if message else None,
        }
    )
    for step in found.plan:
        output.line(f"would          {step}")
    return 0


async def _get(storage: Storage, delivery_id: int) -> Delivery | None:
    async with storage.read() as work:
        found = await work.deliveries.get(delivery_id)
    if found is None:
        sys.stderr.write(NONE.format(id=delivery_id) + "\n")
    return found
