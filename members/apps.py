from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from members import (  # noqa: PLC0415 -- names jobs, registers and connects, names what tokens may be for
            jobs,  # noqa: F401
            messages,  # noqa: F401
            papers,  # noqa: F401
            receivers,  # noqa: F401
            token_scopes,
        )
        from members.privacy import copying, own_part, register_part  # noqa: F401, PLC0415 -- registers kinds
        from members.privacy import messages as privacy_messages  # noqa: F401, PLC0415 -- registers kinds

        token_scopes.name_them()
        own_part.hook_in()
        register_part.hook_in()
