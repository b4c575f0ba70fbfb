"""RQ's worker as we use it: Redis decides nothing while a job runs."""

import logging
import signal
import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from rq import Queue

from adapters.redis import connect
from jobs.queue import QUEUE_NAME
from jobs.rq_worker import BellhopWorker
from models.base import now
from tests.services.redis import RedisServer


@pytest.fixture
def worker(redis_url: str) -> Iterator[BellhopWorker]:
    connection = connect(SecretStr(redis_url))
    yield BellhopWorker(connection)
    connection.close()


def test_it_takes_json_from_our_queue_only(worker: BellhopWorker) -> None:
    assert worker.queue_names() == [QUEUE_NAME]
    assert worker.serializer.dumps(["id"]) == b'["id"]'


def test_it_obeys_no_commands_by_redis_and_forks_without_threads(
    worker: BellhopWorker, redis_url: str
) -> None:
    before = threading.active_count()
    worker.bootstrap(logging_level="WARNING")
    assert threading.active_count() == before
    with connect(SecretStr(redis_url)) as client:
        assert client.publish(worker.pubsub_channel_name, '{"command": "shutdown"}') == 0
    worker.teardown()  # type: ignore[no-untyped-call]


def test_a_redis_that_dies_while_a_job_runs_does_not_end_the_watch(
    worker: BellhopWorker, redis_server: RedisServer
) -> None:
    queue = Queue(QUEUE_NAME, connection=worker.connection, serializer="json")
    job = queue.enqueue("jobs.resolve.resolve", "id", job_timeout=-1)
    worker.register_birth()  # type: ignore[no-untyped-call]
    worker.prepare_execution(job)
    redis_server.kill()
    try:
        worker.set_current_job_working_time(1.0)
        worker.maintain_heartbeats(job)
        worker.heartbeat()
        worker._shutdown_requested_date = now()
        worker.set_shutdown_requested_date()
    finally:
        redis_server.start()


def test_a_redis_that_is_away_is_one_line_in_the_log(
    worker: BellhopWorker, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    worker.bootstrap(logging_level="WARNING")
    redis_server.kill()
    try:
        worker.connection.ping()
    except Exception:
        logging.getLogger("rq.worker").error("found an unhandled exception", exc_info=True)
    finally:
        redis_server.start()
    (record,) = caplog.records
    assert "Redis is away" in record.getMessage()
    assert record.exc_info is None


def test_a_horse_is_asked_before_it_is_killed(worker: BellhopWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr("os.killpg", lambda group, number: sent.append(number))
    monkeypatch.setattr("os.getpgid", lambda pid: pid)
    worker.kill_horse()
    assert sent == [signal.SIGTERM]
