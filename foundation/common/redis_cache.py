"""Django's Redis cache with a client, and a connection, that are kept.

Django makes a client for each call, and the client asks its pool for a connection that it first looks at: together that
costs more than the call. Here a cache, which belongs to one thread, keeps both; where the connection has ended meanwhile
(Redis was restarted), the call is made once more on a new one.
"""

import os
from typing import Any

from django.core.cache.backends import redis
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


class KeptClient(redis.RedisCacheClient):
    """One client for one Redis and process: a process that was forked shares no connection with its parent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, retry=Retry(NoBackoff(), 1), **kwargs)
        self._kept: dict[tuple[int, int], Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        kept = self._get_connection_pool_index(write), os.getpid()  # type: ignore[attr-defined]
        if kept not in self._kept:
            pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
            self._kept[kept] = Redis(connection_pool=pool, single_connection_client=True)
        return self._kept[kept]


class RedisCache(redis.RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient
