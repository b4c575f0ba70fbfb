"""Puts it together: the only module that knows everyone, and that nobody imports."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bot import loop_list, succession, vigil
from bot.errors import BellhopError
from bot.introduction import introduce_within
from bot.services import Services
from bot.settings import Settings, child_environment, load
from handlers.cli import parser

WHOLE = "bellhop: {error}\n"
WAITS_FOR = "requests under way, and for jobs that run: 10 s later they are given back"
WORKER_GRACE_SECONDS = 40.0  # a job may end by itself, else it is given back
APP = "app"  # what a process is, to who reads its log
HERE = str(Path(__file__).absolute())


def main(arguments: list[str] | None = None) -> int:
    """Run the command line. 0 done, 1 not found or refused, 2 wrong settings or usage."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        parser.build().print_help(sys.stderr)  # then what is wrong, as ever
    args = parser.build().parse_args(given)
    try:
        return COMMANDS[args.command](args)
    except BellhopError as error:
        sys.stderr.write(WHOLE.format(error=error))
        return 2
    except KeyboardInterrupt:
        return 130


@asynccontextmanager
async def compose(
    settings: Settings, *, is_short_lived: bool = False, is_migrated: bool = False
) -> AsyncIterator[Services]:
    """Open everything a process needs, and close it again. Heavy parts are imported here, by who needs them."""
    from adapters import agents, log_writer, opening, redis, runners
    from adapters.git import Git
    from adapters.storage import open_storage
    from adapters.workspaces.commits import Signing
    from adapters.workspaces.host import GitWorkspaces
    from jobs import owners, processes
    from jobs.queue import NoQueue, RqQueue

    storage = open_storage(settings.database, is_short_lived=is_short_lived)
    if not is_migrated:
        await storage.initialize()
    queue = NoQueue() if settings.is_redis_embedded else RqQueue(redis.connect(settings.redis_url))
    opened = opening.open_platforms(settings)
    try:
        with log_writer.STDERR.opened():
            yield Services(
                settings=settings,
                storage=storage,
                queue=queue,
                platforms=opened,
                workspaces=GitWorkspaces(
                    settings.data_dir,
                    Git(proxy=settings.http_proxy, ca_bundle=settings.ca_bundle),
                    branch_prefix=settings.branch_prefix,
                    signing=Signing(settings.signing_key),
                    idle_days=settings.idle_retention_days,
                ),
                runner=runners.RUNNERS["local"](settings),
                agents={name: make(settings) for name, make in agents.AGENTS.items()},
                owner=owners.name(),
                needs=opening.NEEDS,
                is_alive=processes.lives_here,
                known_secrets=opening.known_secrets(settings, opened.values()),
            )
    finally:
        for platform in opened.values():
            await platform.close()
        await queue.close()
        await storage.close()


def prepared(process: str) -> Settings:
    """The settings, the data folder made, logging set up."""
    from adapters import agreement

    settings = load()
    agreement.check(settings)
    agreement.make_data_folder(settings)
    set_up_logs(settings, process)
    return settings


def set_up_logs(settings: Settings, process: str) -> None:
    """What is known to be secret by now is masked from now on."""
    from adapters import opening, telemetry

    secrets_held = opening.known_secrets(settings, opening.open_platforms(settings).values())
    telemetry.setup(settings.log_format, settings.log_level, secrets_held, process=process)


async def serve_app(
    settings: Settings, listener: socket.socket, stopping: asyncio.Event, hint: str = ""
) -> None:
    """Receive, dispatch, answer and keep time, until `stopping` is set; then drain."""
    from adapters import agreement, opening
    from adapters.telemetry import Telemetry
    from handlers import routes, server
    from jobs import host, owners

    host.mark(settings)
    telemetry = Telemetry(settings.log_format, settings.log_level)
    telemetry.advise(opening.advice())
    async with compose(settings) as services:
        is_dead = partial(owners.is_dead, is_single_host=settings.is_single_host)
        await succession.take_over(services, is_dead)
        telemetry.refused(services.standing.refusals(services.needs, await introduce_within(services)))
        made, closers = loop_list.make(services, telemetry.delivery, telemetry.flight)
        tasks = [asyncio.create_task(vigil.keep(loop, telemetry.loop, services.vigil)) for loop in made]
        tasks.append(asyncio.create_task(telemetry.watch_lag()))
        sys.stdout.write(hint or agreement.hint(services.platforms))
        try:
            await server.serve(routes.application(services, telemetry), listener, stopping)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for closer in closers:
                await closer.close()


def web(args: argparse.Namespace) -> int:
    """`bellhop web`."""
    from handlers import server

    return server.run_until_told(serve_web)


async def serve_web(stopping: asyncio.Event) -> None:
    """The app alone; workers are started elsewhere."""
    from handlers import server

    async with contextlib.AsyncExitStack() as stack:
        settings = await start_redis(prepared(APP), stack)
        await serve_app(settings, server.listen(settings.host, settings.port), stopping)


def with_embedded_redis_url(settings: Settings) -> Settings:
    """The embedded Redis of this data folder, when one runs and no other is named."""
    if not settings.is_redis_embedded:
        return settings
    from adapters import redis

    return settings.model_copy(update={"redis_url": redis.find_embedded(settings.data_dir)})


def worker(args: argparse.Namespace) -> int:
    """`bellhop worker`."""
    from adapters import redis
    from jobs import worker as workers

    settings = with_embedded_redis_url(prepared("worker host"))
    # The parent opens the services once before it forks; its horses need not look at the schema again.
    is_known = iter((False,))
    workers.serve(
        settings,
        lambda: compose(settings, is_short_lived=True, is_migrated=next(is_known, True)),
        lambda: redis.connect(settings.redis_url),
        args.concurrency or settings.workers,
        lifeline=sys.stdin.fileno() if args.exit_with_stdin else None,
    )
    return 0


def everything(args: argparse.Namespace) -> int:
    """`bellhop all`."""
    from handlers import server

    return server.run_until_told(lambda stopping: serve_everything(args, stopping), WAITS_FOR)


async def serve_everything(args: argparse.Namespace, stopping: asyncio.Event) -> None:
    """Embedded Redis, workers, and with `--playground` the pretend platforms, as supervised children; the app here."""
    from adapters import agreement
    from adapters.children import supervised
    from adapters.stage import apart, playground
    from handlers import server

    async with contextlib.AsyncExitStack() as stack:
        first = load()
        agreement.make_data_folder(first)
        listener = server.listen(first.host, first.port)
        hint = ""
        if args.playground:
            first = apart(first)
            url = f"http://{first.host}:{listener.getsockname()[1]}"
            hint = await stack.enter_async_context(playground(first, url, args.seed))
        settings = prepared(APP)
        settings = await start_redis(settings, stack)
        if settings.workers:
            argv = (sys.executable, HERE, "worker", "--exit-with-stdin")
            env = child_environment(BELLHOP_REDIS_URL=settings.redis_url.get_secret_value())
            await stack.enter_async_context(supervised("worker", argv, env, WORKER_GRACE_SECONDS, stopping))
        await serve_app(settings, listener, stopping, hint)


async def start_redis(settings: Settings, stack: contextlib.AsyncExitStack) -> Settings:
    """Run the embedded Redis when no other is named; the settings that lead to it."""
    if not settings.is_redis_embedded:
        return settings
    from adapters.redis import EmbeddedRedis

    embedded = EmbeddedRedis(settings.data_dir)
    await embedded.start()
    stack.push_async_callback(embedded.stop)
    settings = settings.model_copy(update={"redis_url": embedded.url})
    set_up_logs(settings, APP)
    return settings


def migrate(args: argparse.Namespace) -> int:
    """`bellhop migrate`: opening the services does it."""

    async def nothing(services: Services) -> int:
        return 0

    return with_services(nothing)


def check(args: argparse.Namespace) -> int:
    """`bellhop check`: the settings agree, and each configured platform can be opened."""
    from adapters import agreement, opening

    sys.stdout.write(agreement.told(opening.open_platforms(prepared("cli"))))
    return 0


def deliveries(args: argparse.Namespace) -> int:
    """`bellhop deliveries`."""
    from handlers.cli import deliveries as tool

    return with_services(lambda services: tool.run(services, args), args)


def jobs(args: argparse.Namespace) -> int:
    """`bellhop jobs`."""
    from handlers.cli import jobs as tool

    return with_services(lambda services: tool.run(services, args), args)


def with_services(
    work: Callable[[Services], Coroutine[Any, Any, int]], reading: argparse.Namespace | None = None
) -> int:
    """Open the services, do one thing, close them. Without a queue: what a tool changes, the app's sweep finds.

    Who only reads makes no database.
    """
    from adapters import agreement, stage
    from handlers.cli import emptiness

    stage.rejoin(load())
    if reading is not None and emptiness.is_reading(reading) and not agreement.has_kept(settings := load()):
        agreement.check(settings)
        set_up_logs(settings, "cli")
        code = emptiness.tell(reading, settings.data_dir)
        sys.stderr.write(stage.hint_of_another(settings))
        return code
    settings = prepared("cli")

    async def once() -> int:
        async with compose(settings) as services:
            return await work(services)

    code = asyncio.run(once())
    if code == 1:
        sys.stderr.write(stage.hint_of_another(settings))
    return code


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "all": everything,
    "web": web,
    "worker": worker,
    "migrate": migrate,
    "check": check,
    "deliveries": deliveries,
    "jobs": jobs,
}

if __name__ == "__main__":
    sys.exit(main())
