"""`python -m msme_platform.probe`: exits with 0 if the web server of this container is fit to serve."""

import os
import sys
from urllib.parse import urlsplit

import httpx


def fit(address: str) -> bool:
    """Ask the health page as the proxy would: by the public name, over what it calls https."""
    host = urlsplit(os.environ.get("SITE_URL", "")).hostname or "localhost"
    try:
        answer = httpx.get(
            f"http://{address}/health/",
            headers={"Host": host, "X-Forwarded-Proto": "https"},
            timeout=5,
            trust_env=False,
        )
    except httpx.HTTPError:
        return False
    return answer.is_success


if __name__ == "__main__":
    sys.exit(0 if fit(os.environ.get("BIND", "127.0.0.1:8000").replace("0.0.0.0", "127.0.0.1")) else 1)  # noqa: S104
