"""What tokens of other systems may be for, among members."""

from django.utils.translation import gettext_lazy as _

from foundation.clients.scopes import Scope, register

_READ = frozenset({"members.view_person", "members.view_business", "members.view_licence"})
_WRITE = frozenset(
    {
        "members.register_person",
        "members.change_person",
        "members.change_business",
        "members.change_licence",
    }
)


def name_them() -> None:
    register(
        Scope("members.read", _("Read members, with identity numbers masked"), _READ),
        Scope("members.write", _("Register and change members"), _READ | _WRITE),
        Scope(
            "members.identity",
            _("Show whole identity numbers, each time written down"),
            frozenset({"members.show_nik"}),
        ),
    )
