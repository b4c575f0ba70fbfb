"""The queue's port: a hint, told once however often, that never waits for a Redis that is away."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator

import pytest
import redis
from pydantic import SecretStr
from rq import Queue
from rq.job import Job as RqJob

from adapters.redis import connect
from jobs.queue import FUNCTIONS, QUEUE_NAME, RqQueue
from models.job import Job
from tests.services.redis import RedisServer

JOB = Job(id="7d4ba92b-c955-4981-a0e1-6c75cf552d58", handle="J-7K3Q")


@pytest.fixture
async def queue(redis_url: str) -> AsyncIterator[RqQueue]:
    told = RqQueue(connect(SecretStr(redis_url)))
    yield told
    await told.close()


@pytest.fixture
def client(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(redis_url)


def waiting(client: redis.Redis) -> list[str]:
    with client:
        return Queue(QUEUE_NAME, connection=client, serializer="json").job_ids


async def test_a_job_is_told_by_its_id_and_nothing_else(queue: RqQueue, client: redis.Redis) -> None:
    assert await queue.tell(JOB)
    (told_as,) = waiting(client)
    kept = RqJob.fetch(told_as, connection=client, serializer="json")
    assert (kept.func_name, kept.args, kept.kwargs) == ("jobs.resolve.resolve", [JOB.id], {})
    assert json.loads(kept.data) == ["jobs.resolve.resolve", None, [JOB.id], {}]
    assert (kept.timeout, kept.retries_left, kept.description) == (-1, None, "J-7K3Q")
    assert (kept.result_ttl, kept.failure_ttl) == (60, 60)
    client.close()


async def test_telling_again_does_not_make_the_queue_longer(queue: RqQueue, client: redis.Redis) -> None:
    for _ in range(5):
        assert await queue.tell(JOB)
    assert len(waiting(client)) == 1


async def test_a_job_that_rq_saw_before_can_be_told_again(queue: RqQueue, client: redis.Redis) -> None:
    await queue.tell(JOB)
    told_as = client.lpop(f"rq:queue:{QUEUE_NAME}")  # a worker took it and found that it was not its turn
    assert told_as
    client.hset(f"rq:job:{told_as.decode()}", "status", "finished")  # type: ignore[union-attr]
    assert await queue.tell(JOB)
    assert len(waiting(client)) == 1


async def test_the_next_attempt_is_another_entry(queue: RqQueue, client: redis.Redis) -> None:
    await queue.tell(JOB)
    await queue.tell(JOB.model_copy(update={"attempt": 2}))
    assert len(waiting(client)) == 2


async def test_every_function_that_is_told_of_exists() -> None:
    import importlib

    for path in FUNCTIONS.values():
        module, _, name = path.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))


async def test_it_works_again_after_redis_was_killed_and_wiped(
    queue: RqQueue, client: redis.Redis, redis_server: RedisServer
) -> None:
    assert await queue.tell(JOB)
    redis_server.kill()
    assert not await queue.tell(JOB)
    assert not await queue.tell(JOB)
    redis_server.start()
    redis_server.wipe()
    async with asyncio.timeout(20):
        while not await queue.tell(JOB):  # noqa: ASYNC110 - nobody tells when Redis is back
            await asyncio.sleep(0.05)
    assert len(waiting(client)) == 1


async def test_an_outage_is_logged_once(
    queue: RqQueue, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    redis_server.kill()
    for _ in range(3):
        await queue.tell(JOB)
    redis_server.start()
    said = capsys.readouterr()
    assert (said.out + said.err).count("Redis does not answer") == 1


async def test_a_redis_that_hangs_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        queue = RqQueue(connect(SecretStr(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")))
        began = time.monotonic()
        told = await asyncio.gather(*(queue.tell(JOB) for _ in range(30)))
        # Thirty waits in two threads would take more than ten seconds; each gives up by itself after one.
        assert time.monotonic() - began < 8
        assert not any(told)
        await queue.close()
