"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path

from foundation.accounts import account_pages, views
from foundation.notifications import webhook

urlpatterns = [
    path("kantor/logout/", views.logout),
    path("kantor/", admin.site.urls),
    path("bahasa/", account_pages.set_language, name="set_language"),
    path("privasi/", views.privacy, name="privacy"),
    path("akun/", include("foundation.accounts.urls")),
    path("akun/", include("foundation.accounts.allauth_urls")),
    path("berkas/", include("foundation.files.urls")),
    path("pemberitahuan/", include("foundation.notifications.urls")),
    path("webhooks/whatsapp/", webhook.whatsapp, name="whatsapp-webhook"),
    path("pekerjaan/", include("foundation.jobs.urls")),
    path("pelatihan/", include("trainings.urls")),
    path("dana/", include("revolving_funds.urls")),
    path("forum/", include("forums.urls")),
    path("api/v1/", include("msme_platform.api")),
    path("demo/", include("msme_platform.portal.demo_urls")),
    path("health/", include("msme_platform.health")),
    # Last, as their addresses begin differently: each is tried for whatever stands below it.
    path("", include("msme_platform.portal.urls")),
    path("", include("members.urls")),
    path("", include("monitoring.urls")),
]
