"""Who takes part, and the certificates, in the office."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock, codes
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.http import pdf_response
from trainings.actions import certificates, enrolments
from trainings.admin.filters import (
    DistrictOfCertificateFilter,
    DistrictOfTrainingFilter,
    ValidFilter,
    YearOfTrainingFilter,
    on_day,
)
from trainings.forms import ReasonForm
from trainings.models import Certificate, Enrolment
from trainings.models.enrolments import CODE_LENGTH
from trainings.papers import certificate_pdf


def _cancel_enrolment(request: HttpRequest, enrolment: Enrolment, _cleaned: dict[str, Any]) -> str:
    enrolments.cancel(enrolment=enrolment, by=request.user, now=clock.now())  # type: ignore[arg-type]
    return _("The registration of %(name)s is cancelled.") % {"name": enrolment.person.full_name}


@admin.register(Enrolment)
class EnrolmentAdmin(OfficeModelAdmin):
    list_display = ("participant", "of_training", "starts", "state_shown", "from_source", "presence")
    list_filter = ("state", "source", YearOfTrainingFilter, DistrictOfTrainingFilter)
    search_fields = ("person__full_name", "training__title", "code")
    ordering = ("-enrolled_at", "-id")
    fields = (
        "participant",
        "of_training",
        "starts",
        "state_shown",
        "from_source",
        "presence",
        "ticket_code",
        "enrolled_at",
        "enrolled_by",
        "confirmed_at",
        "offer_until",
        "cancelled_at",
        "end_reason",
        "let_in_beyond",
    )
    deeds = (
        Deed(
            name="cancel",
            label=gettext_lazy("Cancel the registration"),
            permission="trainings.take_attendance",
            perform=_cancel_enrolment,
            danger=True,
            available=lambda row: row.is_live and row.training.starts_at > clock.now(),
            text=gettext_lazy("The place goes to the first on the waiting list at once."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_attended().select_related("person", "training", "enrolled_by")  # type: ignore[no-any-return]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A ticket's code is found as it is written on the ticket, read aloud or typed."""
        code = codes.clean(search_term)
        if len(code) == CODE_LENGTH and (exact := queryset.filter(code=code)).exists():
            return exact, False
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
        return found

    @admin.display(description=gettext_lazy("ticket code"), ordering="code")
    def ticket_code(self, obj: Enrolment) -> str:
        return obj.code_shown

    @admin.display(description=gettext_lazy("let in beyond the plan"))
    def let_in_beyond(self, obj: Enrolment) -> str:
        return _("Yes") if obj.beyond_plan else _("No")

    @admin.display(description=gettext_lazy("Participant"))
    def participant(self, obj: Enrolment) -> str:
        return obj.person.full_name

    @admin.display(description=gettext_lazy("Training"))
    def of_training(self, obj: Enrolment) -> str:
        return obj.training.title

    @admin.display(description=gettext_lazy("Starts"))
    def starts(self, obj: Enrolment) -> str:
        return on_day(obj.training.starts_at)

    @admin.display(description=gettext_lazy("Status"), ordering="state")
    def state_shown(self, obj: Enrolment) -> str:
        return obj.get_state_display()

    @admin.display(description=gettext_lazy("Source of proposal"), ordering="source")
    def from_source(self, obj: Enrolment) -> str:
        return obj.get_source_display()

    @admin.display(description=gettext_lazy("Present in sessions"))
    def presence(self, obj: Any) -> int:
        return int(obj.attended)


def _withdraw(request: HttpRequest, certificate: Certificate, cleaned: dict[str, Any]) -> str:
    certificates.withdraw(certificate=certificate, by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The certificate is withdrawn. Its page says so from now on.")


def _reissue(request: HttpRequest, certificate: Certificate, cleaned: dict[str, Any]) -> str:
    certificates.reissue(certificate=certificate, by=request.user, now=clock.now(), **cleaned)  # type: ignore[arg-type]
    return _("The certificate is issued anew. Its number stays.")


def _download(_request: HttpRequest, certificate: Certificate, _cleaned: dict[str, Any]) -> Any:
    return pdf_response(certificate_pdf(certificate), f"sertifikat-{certificate.code}.pdf")


@admin.register(Certificate)
class CertificateAdmin(OfficeModelAdmin):
    list_display = ("number", "holder_name", "of_training", "issued", "validity")
    list_filter = (ValidFilter, "year", DistrictOfCertificateFilter)
    search_fields = ("holder_name", "number", "code")
    ordering = ("-issued_at", "-id")
    fields = (
        "number",
        "holder_name",
        "of_training",
        "issued",
        "validity",
        "code",
        "issued_by",
        "withdrawn_at",
        "withdraw_reason",
    )
    deeds = (
        Deed(
            name="download",
            label=gettext_lazy("Download as PDF"),
            permission="trainings.view_certificate",
            perform=_download,
        ),
        Deed(
            name="reissue",
            label=gettext_lazy("Issue anew"),
            permission="trainings.change_certificate",
            perform=_reissue,
            form=ReasonForm,
            text=gettext_lazy(
                "The name is taken as it stands in the record now, and a withdrawn certificate is valid again. "
                "Number and code stay."
            ),
        ),
        Deed(
            name="withdraw",
            label=gettext_lazy("Withdraw"),
            permission="trainings.change_certificate",
            perform=_withdraw,
            form=ReasonForm,
            danger=True,
            available=lambda paper: paper.is_valid,
            text=gettext_lazy("Whoever checks it reads that it is withdrawn, with the reason that you write."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related = ("enrolment__training__region", "enrolment__person__village", "issued_by")
        return super().get_queryset(request).select_related(*related)

    @admin.display(description=gettext_lazy("Training"))
    def of_training(self, obj: Certificate) -> str:
        return obj.enrolment.training.title

    @admin.display(description=gettext_lazy("Issued on"), ordering="issued_at")
    def issued(self, obj: Certificate) -> str:
        return on_day(obj.issued_at)

    @admin.display(description=gettext_lazy("Validity"))
    def validity(self, obj: Certificate) -> str:
        return _("Valid") if obj.is_valid else _("Withdrawn")
