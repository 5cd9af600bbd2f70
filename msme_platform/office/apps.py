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

    def ready(self) -> None:
        from foundation.clients import scopes  # noqa: PLC0415 -- after the apps below
        from msme_platform.office import (  # noqa: PLC0415 -- exports registers its job, looking connects its receiver
            exports,  # noqa: F401
            looking,  # noqa: F401
            merging,
            stages,
        )

        merging.connect()
        stages.connect()

        scopes.register(
            scopes.Scope("figures.read", _("Read the figures of the office"), frozenset({"office.view_figures"}))
        )
