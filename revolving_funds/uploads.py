"""What private files are for in the fund: papers and photos of an application, receipts of payments."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.files import purposes
from foundation.files.models import StoredFile
from revolving_funds.models import Appeal, Application, ApplicationDocument, Repayment


def _application(file: StoredFile) -> Any:
    return ApplicationDocument.objects.filter(file=file).values("application")


def may_read(user: Any, file: StoredFile) -> bool:
    """The applicant, and who sees applications of the region."""
    return Application.objects.visible_to(user).filter(pk__in=_application(file)).exists()


def is_own(user: Any, file: StoredFile) -> bool:
    return Application.objects.filter(pk__in=_application(file), person__user_id=user.pk).exists()


APPLICATION = purposes.register(
    purposes.Purpose("fund_application", _("Papers of a loan application"), may_read=may_read, is_own=is_own)
)


def may_read_appeal(user: Any, file: StoredFile) -> bool:
    """The owner who appealed, and who sees applications of the region."""
    return Appeal.objects.visible_to(user).filter(document=file).exists()


def is_own_appeal(user: Any, file: StoredFile) -> bool:
    return Appeal.objects.filter(document=file, application__person__user_id=user.pk).exists()


APPEAL = purposes.register(
    purposes.Purpose("fund_appeal", _("Papers of an appeal"), may_read=may_read_appeal, is_own=is_own_appeal)
)


def may_read_receipt(user: Any, file: StoredFile) -> bool:
    """The borrower, and who sees payments of the region: so the second person looks at it before anything is taken back."""
    return Repayment.objects.visible_to(user).filter(photo=file).exists()


def is_own_receipt(user: Any, file: StoredFile) -> bool:
    return Repayment.objects.filter(photo=file, loan__person__user_id=user.pk).exists()


RECEIPT = purposes.register(
    purposes.Purpose("fund_receipt", _("Receipts of payments"), may_read=may_read_receipt, is_own=is_own_receipt)
)
