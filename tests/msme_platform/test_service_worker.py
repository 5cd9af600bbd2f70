"""The service worker where static files carry a hash in their names, as in the demo and in production."""

import json
from pathlib import Path
from typing import Any

from django.test import Client

from msme_platform.portal.views import SHELL_FILES

MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"


def test_the_service_worker_is_served_where_names_carry_a_hash(settings: Any, tmp_path: Path, client: Client) -> None:
    paths = {name: name.replace(".", ".0123456789ab.", 1) for name in SHELL_FILES}
    (tmp_path / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": paths, "hash": ""}))
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": MANIFEST}}
    answer = client.get("/sw.js")
    text = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript")
    assert "/static/js/guyub.0123456789ab.js" in text
    assert 'startsWith("/static/")' in text
