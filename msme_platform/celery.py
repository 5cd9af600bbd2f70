"""The Celery application: jobs after commit and the beat schedule of settings."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "msme_platform.settings")

app = Celery("guyub")
app.steps["worker"].add(DjangoStructLogInitStep)  # a job's log lines carry the id of the request that sent it
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
