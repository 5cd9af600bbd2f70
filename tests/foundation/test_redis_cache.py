"""A cache keeps its connection, and notices when that has ended."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings

from foundation.common.redis_cache import RedisCache

ADDRESS = settings.CACHES["default"]["LOCATION"]


@pytest.fixture
def cache() -> Iterator[RedisCache]:
    made = RedisCache(ADDRESS, {"KEY_PREFIX": "test-kept"})
    made.set("word", "salam")
    yield made
    made.delete("word")


def _number(cache: RedisCache) -> int:
    """By which number Redis knows the connection of `cache`."""
    client: Any = cache._cache.get_client()  # type: ignore[attr-defined]
    return int(client.client_id())


def _end(number: int) -> None:
    with redis.Redis.from_url(ADDRESS) as other:
        assert other.client_kill_filter(_id=str(number)) == 1


def test_calls_of_one_cache_share_a_connection(cache: RedisCache) -> None:
    first = _number(cache)
    cache.get("word")
    assert _number(cache) == first


def test_a_cache_reads_on_when_its_connection_has_ended(cache: RedisCache) -> None:
    before = _number(cache)
    _end(before)
    assert cache.get("word") == "salam"
    assert _number(cache) != before


def test_without_the_second_try_the_same_end_is_an_error(cache: RedisCache) -> None:
    """The negative control of the one above."""
    client: Any = cache._cache.get_client()  # type: ignore[attr-defined]
    client.connection.retry.update_retries(0)
    _end(_number(cache))
    with pytest.raises(redis.ConnectionError):
        cache.get("word")


def test_a_forked_process_uses_a_connection_of_its_own(cache: RedisCache) -> None:
    ours, (reading, writing) = _number(cache), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(_number(cache)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 20)) != ours
    assert cache.get("word") == "salam"
