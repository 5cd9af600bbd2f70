"""The portal's own pages: home, gallery, errors."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.common.http import demo_only, reading
from msme_platform.portal import gallery as gallery_content
from msme_platform.portal.context import url_of


@login_not_required
@reading
def home(request: HttpRequest) -> HttpResponse:
    """Today, for the person; for a stranger what this is and how to come in."""
    if not request.user.is_authenticated:
        return render(request, "portal/landing.html", {
            "login_url": url_of("accounts:login"), "signup_url": url_of("members:signup"), "staff_url": url_of("accounts:staff-login"),
        })
    return render(request, "portal/home.html", {})


@demo_only
@login_not_required
@reading
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in all its states."""
    return render(request, "portal/gallery.html", gallery_content.context())


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or cookies are off (settings.CSRF_FAILURE_VIEW)."""
    del reason  # it is in the log; the person needs the way on
    return render(request, "403_csrf.html", {"again": request.path}, status=403)
