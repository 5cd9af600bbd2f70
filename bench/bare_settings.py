"""Production's settings with one address more: `bench.bare`. Lines of the log are JSON, as there."""

from msme_platform.logs import logging_config
from msme_platform.settings import *  # noqa: F403, TID251 -- a settings module stands on another one

ROOT_URLCONF = "bench.bare"
ZONE_SECONDS = 10.0  # tests look each time, production does not
LOGGING = logging_config(json=True, level="INFO")
