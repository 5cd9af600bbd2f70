from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RevolvingFundsConfig(AppConfig):
    name = "revolving_funds"
    verbose_name = _("Revolving fund")
