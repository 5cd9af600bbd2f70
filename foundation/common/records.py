"""What every table of ours starts from."""

import uuid

from django.db import models
from django.utils import timezone


class Record(models.Model):
    """Private integer key inside, public random `uid` in every address; both moments in UTC."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)  # noqa: TID251 -- when the row was written
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
