from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RevolvingFundsConfig(AppConfig):
    name = "revolving_funds"
    verbose_name = _("Revolving fund")

    def ready(self) -> None:
        from foundation.clients import scopes  # noqa: PLC0415 -- models are ready only now
        from foundation.ledger import queries as ledger  # noqa: PLC0415 -- models are ready only now
        from foundation.ledger.enums import KIND_NAMES  # noqa: PLC0415 -- models are ready only now
        from revolving_funds import (  # noqa: PLC0415 -- registers messages, jobs, files, and its personal data
            jobs,  # noqa: F401
            messages,  # noqa: F401
            origins,
            personal,
            proof,
            uploads,  # noqa: F401
        )

        scopes.register(
            scopes.Scope(
                "bank.report",
                _("For a bank: confirm, report repayments and balances"),
                frozenset({"revolving_funds.report_as_bank"}),
            )
        )
        KIND_NAMES.update(origins.KIND_WORDS)
        ledger.more_questions.extend(proof.QUESTIONS)
        personal.hook_in()
