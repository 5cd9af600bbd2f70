"""Every address of the house."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language


def built(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """The addresses of an app, as soon as it has any."""
    there = (settings.BASE_DIR / f"{module.replace('.', '/')}.py").exists()
    return [path(prefix, include(module))] if there else []


urlpatterns = [
    path("", include("msme_platform.portal.urls")),
    path("kantor/", admin.site.urls),
    path("bahasa/", login_not_required(set_language), name="set_language"),
    *built("akun/", "foundation.accounts.urls"),
    *built("pemberitahuan/", "foundation.notifications.urls"),
    *built("", "members.urls"),
    *built("pelatihan/", "trainings.urls"),
    *built("dana/", "revolving_funds.urls"),
    *built("forum/", "forums.urls"),
    *built("", "monitoring.urls"),
    *built("api/v1/", "msme_platform.api"),
    *built("demo/", "msme_platform.demo.urls"),
    *built("health/", "msme_platform.health"),
]
