from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "foundation.ledger"
    verbose_name = _("Ledger")
    label = "ledger"

    def ready(self) -> None:
        from foundation.ledger import queries, seals  # noqa: PLC0415 -- models are ready only now

        queries.more_questions.append(seals.finding)
