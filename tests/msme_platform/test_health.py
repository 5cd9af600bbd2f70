"""What machines see: health and metrics."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from msme_platform import health


@pytest.mark.django_db
def test_a_fit_process_says_so_to_anyone_and_is_never_cached(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok", "migrations": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_missing_migration_makes_the_process_unfit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    (last,) = MigrationLoader(connection).graph.leaf_nodes("audit")
    MigrationRecorder(connection).record_unapplied(*last)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "fails")


@pytest.mark.django_db
def test_redis_that_does_not_answer_makes_the_process_unfit(client: Client, settings: Settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock"}}
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["redis"], answer.json()["database"]) == (503, "fails", "ok")


@pytest.mark.django_db
def test_metrics_are_there_for_the_token_and_for_nobody_else(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/health/metrics/", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "a token"
    assert client.get("/health/metrics/").status_code == 404
    assert client.get("/health/metrics/", headers={"Authorization": "Bearer another"}).status_code == 404
    answer = client.get("/health/metrics/", headers={"Authorization": "Bearer a token"})
    assert answer.status_code == 200
    assert b"django_http_requests_total" in answer.content
