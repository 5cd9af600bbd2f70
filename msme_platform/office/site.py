"""The office face: Unfold's admin site with our door and our queues."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from foundation.common.admin import OfficeModelAdmin


class OfficeAdminSite(UnfoldAdminSite):
    """Only for people with a task in the office; they log in where everybody does."""

    index_title = _("Working desk")
    site_title = "Guyub"
    site_header = "Guyub"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only lists that keep to our scope and read-only rules; what parts register by themselves stays out."""
        if admin_class and issubclass(admin_class, OfficeModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def extra_urls(self) -> list[URLPattern]:
        """The figures' own pages, and lists as files."""
        from msme_platform.office import desk, exports  # noqa: PLC0415 -- the site is made before the models are there

        def page(request: HttpRequest, name: str) -> HttpResponseBase:
            return desk.figure_page(request, self, name)

        return [
            path("angka/<slug:name>/", self.admin_view(page), name="figure"),
            path("unduh/<slug:app>/<slug:model>/", self.admin_view(exports.export), name="export"),
            path("rekapitulasi/", self.admin_view(desk.recap), name="figures_recap"),
        ]

    def get_urls(self) -> list[Any]:
        """Without the shortcut from a row's number to its page: addresses are by uid, for who may see the row."""
        return [entry for entry in super().get_urls() if getattr(entry, "name", "") != "view_on_site"]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page's frame needs; the frame itself is drawn by `office_frame`, so the theme's many parts are not.

        Whoever wants a list of all lists asks `get_app_list`, as the pages of the groups do.
        """
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "available_apps": [],
            "form_classes": None,
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The working desk."""
        from msme_platform.office import desk  # noqa: PLC0415 -- the site is made before the models are there

        request.current_app = self.name
        context = desk.dashboard(request, {**self.each_context(request), **(extra_context or {})})
        return TemplateResponse(request, "admin/index.html", context)

    def has_permission(self, request: HttpRequest) -> bool:
        """Somebody with a role of the office."""
        user: Any = request.user
        return bool(user.is_active and user.is_authenticated and user.works_in_office)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """To the staff's door; who is logged in without a task here is told so."""
        if request.user.is_authenticated:
            return HttpResponseRedirect(reverse("portal:home"))
        wanted = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{reverse('accounts:staff-login')}?{urlencode({'next': wanted})}")
