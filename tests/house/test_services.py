"""The services the tests lean on are real, private and closed to strangers."""

import asyncpg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests import services
from tests.services.redis import RedisServer


def test_redis_answers_and_wants_its_password(redis_server: RedisServer, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()
    # redis-py takes a refused password for a broken connection and tries it ten times over
    once = Retry(NoBackoff(), retries=0)
    with (
        redis.Redis(port=redis_server.port, retry=once) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_redis_keeps_its_keys_over_a_restart_and_forgets_them_when_wiped(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    services.require_service("redis")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    try:
        with redis.Redis.from_url(server.url) as client:
            client.set("bell", "rung")
        server.stop()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("bell") == b"rung"
            server.wipe()
            assert client.get("bell") is None
    finally:
        server.kill()


async def test_each_test_has_an_empty_postgres_database(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url, timeout=10)
    try:
        tables = await connection.fetch(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'"
        )
        assert tables == []
    finally:
        await connection.close()


def test_a_missing_service_skips_and_is_an_error_where_services_are_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(services.SERVICES, "redis", lambda: None)
    monkeypatch.delenv("BELLHOP_REQUIRE_SERVICES", raising=False)
    with pytest.raises(pytest.skip.Exception):
        services.require_service("redis")
    monkeypatch.setenv("BELLHOP_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception):
        services.require_service("redis")
