"""Letters of recommendation: the paper, and the public page that says whether it is genuine."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.common import codes
from foundation.common.http import pdf_response, reading
from foundation.regions.models import Office
from members.letter_papers import letter_pdf
from members.models import LETTER_CODE_LENGTH, RecommendationLetter


def _found(code: str) -> RecommendationLetter | None:
    clean = codes.clean(code)
    if len(clean) != LETTER_CODE_LENGTH:
        return None
    rows = RecommendationLetter.objects.select_related("business__owner", "business__kbli")
    return rows.filter(code=clean).first()


def _may_have(request: HttpRequest, letter: RecommendationLetter) -> bool:
    if not request.user.is_authenticated:
        return False
    return RecommendationLetter.objects.visible_to(request.user).filter(pk=letter.pk).exists()


@login_not_required
@reading
def letter_verify(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR of a letter opens: valid, withdrawn or unknown. Open to everybody, not to search engines."""
    letter = _found(code)
    response = render(
        request,
        "members/letter_verify.html",
        {
            "letter": letter,
            "office": Office.objects.serving(letter.office_code) if letter else None,
            "code": codes.clean(code),
            "may_have": letter is not None and _may_have(request, letter),
        },
        status=200 if letter else 404,
    )
    response["X-Robots-Tag"] = "noindex"
    return response


@reading
def letter_download(request: HttpRequest, code: str) -> HttpResponse:
    """The letter as PDF, for its business and for who may see letters of the region."""
    letter = _found(code)
    if letter is None or not _may_have(request, letter):
        raise Http404
    return pdf_response(letter_pdf(letter), f"rekomendasi-{letter.code}.pdf")
