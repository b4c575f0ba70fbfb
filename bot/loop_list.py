"""The loops of the app process: take one away and something stops being true."""

from __future__ import annotations

from collections.abc import Sequence

from bot import listening, pending_requests, recovery, retention
from bot.courier import Courier
from bot.flights import Failed
from bot.introduction import introduce
from bot.listening import Ear
from bot.loops import Loop
from bot.router import Dispatcher, Report
from bot.services import Services

DISPATCH_SECONDS = 1.0  # the bell wakes it at once; this finds what other processes kept
COURIER_SECONDS = 0.2  # workers cannot ring: what they want shown is found by looking
LOST_SECONDS = 1.0
SWEEP_SECONDS = 2.0
INTRODUCE_SECONDS = 30.0
LISTEN_SECONDS = 0.5  # a connection that ends rings; this hangs up on one that should have ended
EXPIRE_SECONDS = 30.0  # nobody waits for it: what is past its time is not answered any more
PRUNE_SECONDS = 60.0


def make(
    services: Services, report: Report, failed: Failed | None = None
) -> tuple[Sequence[Loop], Sequence[Dispatcher | Courier | Ear]]:
    """All loops, and who must be closed after they ended. `failed` hears of what was raised beside a loop."""
    loops: list[Loop] = [
        Loop("recover_lost", lambda: recovery.recover_lost(services), LOST_SECONDS),
        Loop("tell_again", lambda: recovery.tell_again(services), SWEEP_SECONDS),
        Loop("introduce", lambda: introduce(services), INTRODUCE_SECONDS),
        Loop("expire_pending", lambda: pending_requests.expire(services), EXPIRE_SECONDS),
        Loop("prune", lambda: retention.prune(services), PRUNE_SECONDS),
        Loop("trim_jobs", lambda: retention.trim_jobs(services), PRUNE_SECONDS),
        Loop("prune_outbox", lambda: retention.prune_outbox(services), PRUNE_SECONDS),
        Loop("prune_linkings", lambda: retention.prune_linkings(services), PRUNE_SECONDS),
        Loop("prune_pending", lambda: retention.prune_pending(services), PRUNE_SECONDS),
    ]
    closers: list[Dispatcher | Courier | Ear] = []
    for (name, integration), platform in services.platforms.items():
        place = f"{name}/{integration}"
        if services.settings.dispatcher == "on":
            dispatcher = Dispatcher(services, platform, report, failed)
            loops.append(
                Loop(
                    f"dispatch {place}", dispatcher.step, DISPATCH_SECONDS, services.bells.dispatcher.listen()
                )
            )
            closers.append(dispatcher)
        courier = Courier(services, platform, failed)
        loops.append(Loop(f"courier {place}", courier.step, COURIER_SECONDS, services.bells.courier.listen()))
        closers.append(courier)
        ear = listening.open_ear(services, platform, failed)
        if ear is not None:
            loops.append(Loop(f"listen {place}", ear.step, LISTEN_SECONDS, ear.bell))
            closers.append(ear)
    return loops, closers
