from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "foundation.audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from foundation.audit import receivers  # noqa: F401, PLC0415 -- connects the receivers
