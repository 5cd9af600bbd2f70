"""The Celery application: jobs after commit and the beat schedule of settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "msme_platform.settings")

app = Celery("guyub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
