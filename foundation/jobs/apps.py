from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "foundation.jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from foundation.jobs import (  # noqa: PLC0415 -- registers the messages, connects the receivers
            messages,  # noqa: F401
            receivers,  # noqa: F401
        )
