from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("Trainings")

    def ready(self) -> None:
        from trainings import handouts, jobs, messages, personal  # noqa: F401, PLC0415 -- registers kinds and personal data

        personal.hook_in()
