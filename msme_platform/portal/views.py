"""The portal's own pages: home, gallery, errors."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from foundation.common import clock
from foundation.common.http import demo_only, reading
from msme_platform.portal import gallery as gallery_content
from msme_platform.portal.home import owner_home
from msme_platform.portal.today import facilitator_today


@login_not_required
@reading
def home(request: HttpRequest) -> HttpResponse:
    """Today, for the person; for a stranger what this is and how to come in."""
    user: Any = request.user
    if not user.is_authenticated:
        return render(
            request,
            "portal/landing.html",
            {
                "login_url": reverse("accounts:login"),
                "signup_url": reverse("accounts:signup"),
                "staff_url": reverse("accounts:staff-login"),
                "schedule_url": reverse("trainings:training-list"),
            },
        )
    now, today = clock.now(), clock.today()
    if user.is_facilitator:
        return render(
            request,
            "portal/today.html",
            {
                "today": today,
                "work": facilitator_today(user, today=today),
                "register_url": reverse("members:assisted-start"),
                "people_url": reverse("members:people-list"),
            },
        )
    if user.works_in_office:
        return redirect("admin:index")
    context = {
        "today": today,
        "home": owner_home(user, now=now, today=today),
        "trainings_url": reverse("trainings:training-list"),
    }
    return render(request, "portal/home.html", context)


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
