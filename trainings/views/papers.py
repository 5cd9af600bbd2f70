"""Certificates: the paper, and the public page that says whether it is genuine."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from foundation.common.http import form_page, pdf_response, reading
from foundation.regions.models import Office
from trainings import codes
from trainings.forms import CodeForm
from trainings.models import Certificate
from trainings.models.certificates import VERIFICATION_LENGTH
from trainings.papers import certificate_pdf


@login_not_required
@form_page
def certificate_find(request: HttpRequest) -> HttpResponseBase:
    """For who has the paper but no camera: type the code."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("trainings:certificate-verify", code=codes.clean(form.cleaned_data["code"]) or "-")
    return render(request, "trainings/certificate_find.html", {"form": form})


@login_not_required
@reading
def certificate_verify(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR of a certificate opens: valid, withdrawn or unknown. Open to everybody, not to search engines."""
    rows = Certificate.objects.select_related("enrolment__training__region")
    clean = codes.clean(code)
    certificate = rows.filter(code=clean).first() if len(clean) == VERIFICATION_LENGTH else None
    response = render(
        request,
        "trainings/certificate_verify.html",
        {
            "certificate": certificate,
            "training": certificate.enrolment.training if certificate else None,
            "office": Office.objects.serving(certificate.office_code) if certificate else None,
            "code": clean,
            "is_owner": certificate is not None and _may_have(request, certificate),
        },
        status=200 if certificate else 404,
    )
    response["X-Robots-Tag"] = "noindex"
    return response


@reading
def certificate_download(request: HttpRequest, code: str) -> HttpResponse:
    """The paper as PDF, for its holder and for who may see certificates of the region."""
    certificate = (
        Certificate.objects.select_related("enrolment__training__region", "enrolment__person__village")
        .filter(code=codes.clean(code))
        .first()
    )
    if certificate is None or not _may_have(request, certificate):
        raise Http404
    return pdf_response(certificate_pdf(certificate), f"sertifikat-{certificate.code}.pdf")


def _may_have(request: HttpRequest, certificate: Certificate) -> bool:
    if not request.user.is_authenticated:
        return False
    return Certificate.objects.visible_to(request.user).filter(pk=certificate.pk).exists()
