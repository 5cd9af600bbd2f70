"""PostgreSQL and Redis from wheels, used only where no DATABASE_URL / REDIS_URL is given."""

from pathlib import Path


def database_url(var: Path) -> str:
    """Address of the embedded PostgreSQL whose data lies under `var`."""
    return f"postgres://guyub@/guyub?host={var / 'postgres-socket'}"


def redis_url(var: Path) -> str:
    """Address of the embedded Redis whose data lies under `var`."""
    return f"unix://{var / 'redis.sock'}?db=0"
