from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class OfficeAdminConfig(admin_apps.AdminConfig):
    """Django's admin, worn as the office face."""

    default = False
    default_site = "msme_platform.office.site.OfficeAdminSite"


class OfficeConfig(AppConfig):
    name = "msme_platform.office"
    label = "office"
    verbose_name = _("Office")
    default = True
