"""A survey with its photos, brought from the field: once, however often it is sent."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from foundation.files.models import StoredFile
from revolving_funds.actions import applications, documents
from revolving_funds.enums import DocumentKind
from revolving_funds.models import Application, Survey


class OtherSurvey(ActionError):
    message = _("This form was sent before for another application. Open the form of this one again.")


@transaction.atomic
def record(
    *,
    application: Application,
    request_uid: UUID,
    photos: Mapping[DocumentKind, StoredFile],
    by: User,
    now: datetime,
    on: date,
    **seen: Any,
) -> Survey:
    """`seen` is what `applications.survey` takes. The same `request_uid` again gives back the survey that is there and
    writes nothing. Raises OtherSurvey, and what `applications.survey` and `documents.attach` raise.
    """
    application = Application.objects.locked(application.pk)
    known = Survey.objects.filter(request_uid=request_uid).first()
    if known is not None:
        if known.application_id != application.pk:
            raise OtherSurvey
        return known
    made = applications.survey(application=application, by=by, now=now, on=on, **seen)
    made.request_uid = request_uid
    made.save(update_fields=["request_uid", "updated_at"])
    for kind, file in photos.items():
        documents.attach(application=application, kind=kind, file=file, by=by, now=now)
    return made
