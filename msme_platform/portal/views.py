"""The portal's own pages: home, gallery, errors."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse

from foundation.common import clock
from foundation.common.http import demo_only, reading
from msme_platform.portal import gallery as gallery_content
from msme_platform.portal.home import owner_home
from msme_platform.portal.today import facilitator_today

# What every page is made of; the service worker keeps it.
SHELL_FILES = (
    "css/tokens.css",
    "css/base.css",
    "css/components.css",
    "css/portal.css",
    "js/upload.js",
    "js/guyub.js",
    "django_htmx/htmx-2.min.js",
    "img/icons.svg",
    "img/favicon.svg",
    "manifest.webmanifest",
)


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
    if user.has_perm("revolving_funds.report_as_bank"):
        return redirect("revolving_funds:bank")
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
@reading
def service_worker(request: HttpRequest) -> HttpResponse:
    """The one service worker, at the root so that it serves the whole portal. A new file makes a new version."""
    files = [static(name) for name in SHELL_FILES]
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    context = {
        "files": files,
        "version": version,
        "offline": reverse("portal:no-signal"),
        "static_url": settings.STATIC_URL,  # static("") is no file, so it fails where names carry a hash
    }
    response = render(request, "portal/service_worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@reading
def no_signal(request: HttpRequest) -> HttpResponse:
    """What a page without signal says; kept on the phone by the service worker."""
    return render(request, "portal/no_signal.html", {"kept": True})


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or cookies are off (settings.CSRF_FAILURE_VIEW)."""
    del reason  # it is in the log; the person needs the way on
    return render(request, "403_csrf.html", {"again": request.path}, status=403)
