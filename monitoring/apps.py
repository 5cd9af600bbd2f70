from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self) -> None:
        from monitoring import messages, personal, receivers  # noqa: F401, PLC0415 -- registers kinds, connects receivers

        personal.hook_in()
