from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "foundation.notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from foundation.notifications import (  # noqa: PLC0415 -- registers the kinds, connects the receivers
            messages,  # noqa: F401
            receivers,  # noqa: F401
        )
