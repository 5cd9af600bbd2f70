"""What people are told about their data. No message carries data itself: it leads to the page."""

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Channel, Kind, register

DATA_ANSWER = register(
    Kind(
        name="data_answer",
        category=Category.SERVICE,
        title=_("The office has answered your request about your data"),
        body=_("%(name)s, please read the answer in Guyub under My data."),
        template="guyub_data_answer",
    )
)
DATA_ERASED = register(
    Kind(
        name="data_erased",
        category=Category.SERVICE,
        title=_("Your data is deleted"),
        body=_("As you asked, your data in Guyub is deleted. You are welcome to register again at any time."),
        template="guyub_data_erased",
        channels=(Channel.WHATSAPP, Channel.EMAIL),
    )
)
DATA_COPY_READY = register(
    Kind(
        name="data_copy_ready",
        category=Category.SERVICE,
        title=_("The copy of your data is ready"),
        body=_("%(name)s, open My data in Guyub. The copy stays there for one day."),
        template="guyub_data_copy_ready",
    )
)
DATA_BREACH = register(
    Kind(
        name="data_breach",
        category=Category.SERVICE,
        title=_("About your data: %(title)s"),
        body=_("Which data: %(what)s How it happened: %(how)s What we do: %(done)s Questions? Please ask the office."),
        template="guyub_data_breach",
    )
)
