"""The messages that the foundation itself sends: codes for logging in."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Channel, Kind, register

LOGIN_CODE = register(
    Kind(
        name="login_code",
        category=Category.SERVICE,
        title=_("Your Guyub code"),
        body=_("%(code)s is your Guyub code. It is valid for 10 minutes. Give it to nobody, not even to the office."),
        template="guyub_login_code",
        channels=(Channel.WHATSAPP,),
        secret="code",  # noqa: S106 -- the name of the value, not the value
        lifetime=timedelta(minutes=10),
    )
)

UNKNOWN_NUMBER = register(
    Kind(
        name="unknown_number",
        category=Category.SERVICE,
        title=_("This number is not registered yet"),
        body=_(
            "Somebody tried to log in to Guyub with this number, but it is not registered. If it was you, please "
            "create an account first; it is free. If not, ignore this message."
        ),
        template="guyub_unknown_number",
        channels=(Channel.WHATSAPP,),
        lifetime=timedelta(hours=1),
    )
)
