from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "foundation.accounts"
    verbose_name = _("Accounts and roles")

    def ready(self) -> None:
        from foundation.accounts import receivers  # noqa: F401, PLC0415 -- connects the receivers
