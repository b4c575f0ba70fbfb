"""The one door: verify, keep once, commit. Nothing here looks at what a delivery says.

A stranger stops at `verify` and stores nothing. The answer is given when the delivery is on disk, so a 2xx is
a promise; without the commit there is none (`StorageUnavailable`: the sender tries again).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot import picking
from bot.platform import Answer, Envelope, Platform
from bot.services import Services, is_chat
from models.base import now
from models.delivery import Delivery, Origin, WebhookRequest

ACCEPTED = Answer(status=202, body=b"kept\n")
KNOWN = Answer(status=200, body=b"known\n")
# Verifying and scanning 25 MB takes about 100 ms: too long for the loop. Below this it is shorter than a
# thread's hand-over.
LARGE_BODY_BYTES = 256 * 1024


async def receive(
    services: Services,
    platform_name: str,
    request: WebhookRequest,
    *,
    integration: str = "default",
    origin: Origin = Origin.HTTP,
    request_id: str = "",
) -> Answer:
    """What to answer the sender, once `request` is kept.

    `origin` is the transport's word, never the request's. Raises UnknownPlatform, SignatureError, PayloadError,
    UnsupportedMedia (nothing was kept, and trying again is pointless) or StorageUnavailable (try again).
    """
    platform = services.platform(platform_name, integration)
    if len(request.body) > LARGE_BODY_BYTES:
        envelope = await asyncio.to_thread(_open, platform, request, origin)
    else:
        envelope = _open(platform, request, origin)
    immediate = platform.immediate(request, envelope)
    if immediate is None and is_chat(platform):
        immediate = await picking.offered(services, platform, request)
    if immediate is not None:
        return immediate
    moment = now()
    receipt = await services.storage.keep(
        Delivery(
            platform=platform_name,
            integration=integration,
            key=envelope.key,
            origin=origin,
            event=envelope.event,
            action=envelope.action,
            request=request,
            request_id=request_id,
            received_at=moment,
            due_at=moment,
        ),
    )
    # Always, also for a known key: the first receipt may have been kept by a process that died before it told anybody.
    services.bells.dispatcher.set()
    return platform.handshake(request, envelope) or (ACCEPTED if receipt.is_new else KNOWN)


def probe(
    services: Services, platform_name: str, query: Mapping[str, str], integration: str = "default"
) -> Answer | None:
    """What a platform that tests the door is answered; None when it is no such test. Nothing is kept.

    Raises UnknownPlatform.
    """
    platform = services.platform(platform_name, integration)
    return platform.probe(query) if is_chat(platform) else None


def _open(platform: Platform, request: WebhookRequest, origin: Origin) -> Envelope:
    if origin is Origin.HTTP:  # what comes over a connection that we opened ourselves is not signed
        platform.verify(request)
    return platform.envelope(request)
