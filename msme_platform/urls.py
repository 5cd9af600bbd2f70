"""Every address of the house."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from foundation.accounts import account_pages, views
from foundation.notifications import webhook


def built(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """The addresses of an app, as soon as it has any."""
    there = (settings.BASE_DIR / f"{module.replace('.', '/')}.py").exists()
    return [path(prefix, include(module))] if there else []


urlpatterns = [
    path("", include("msme_platform.portal.urls")),
    path("kantor/logout/", views.logout),
    path("kantor/", admin.site.urls),
    path("bahasa/", account_pages.set_language, name="set_language"),
    path("privasi/", views.privacy, name="privacy"),
    path("akun/", include("foundation.accounts.urls")),
    path("akun/", include("foundation.accounts.allauth_urls")),
    path("pemberitahuan/", include("foundation.notifications.urls")),
    path("webhooks/whatsapp/", webhook.whatsapp, name="whatsapp-webhook"),
    *built("", "members.urls"),
    *built("pelatihan/", "trainings.urls"),
    *built("dana/", "revolving_funds.urls"),
    *built("forum/", "forums.urls"),
    *built("", "monitoring.urls"),
    *built("api/v1/", "msme_platform.api"),
    *built("demo/", "msme_platform.portal.demo_urls"),
    *built("health/", "msme_platform.health"),
]
