"""The private files of members, and who may open them. Registered when the app starts."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.files.models import StoredFile
from foundation.files.purposes import Purpose, register
from members.models import CaseDocument, Licence, LicenceCase, LicencePaper


def _reads_paper(user: Any, file: StoredFile) -> bool:
    return LicencePaper.objects.filter(file=file, licence__in=Licence.objects.visible_to(user)).exists()


def _own_paper(user: Any, file: StoredFile) -> bool:
    return LicencePaper.objects.filter(file=file, licence__business__owner__user=user).exists()


def _reads_document(user: Any, file: StoredFile) -> bool:
    return CaseDocument.objects.filter(file=file, case__in=LicenceCase.objects.visible_to(user)).exists()


def _own_document(user: Any, file: StoredFile) -> bool:
    return CaseDocument.objects.filter(file=file, case__business__owner__user=user).exists()


LICENCE_PAPER = register(Purpose("licence_paper", _("paper of a licence"), _reads_paper, _own_paper))
CASE_DOCUMENT = register(Purpose("case_document", _("document for a licence"), _reads_document, _own_document))
