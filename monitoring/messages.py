"""What monitoring tells people. No sentence carries an amount or an identity number."""

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Channel, Kind, register

INVITATION = register(
    Kind(
        name="checkin_invitation",
        category=Category.FOLLOW_UP,
        template="checkin_invitation",
        title=_("How is %(business)s?"),
        body=_(
            "Hello %(name)s, it has been %(wave)s month(s) since %(label)s. How is %(business)s? "
            "Five questions, about one minute, no login. You can answer until %(until)s."
        ),
    )
)
FIRST_REMINDER = register(
    Kind(
        name="checkin_reminder_1",
        category=Category.FOLLOW_UP,
        template="checkin_reminder",
        title=_("%(business)s: we have not heard from you yet"),
        body=_("Hello %(name)s, may we hear how %(business)s is doing? Five questions, about one minute, no login."),
    )
)
SECOND_REMINDER = register(
    Kind(
        name="checkin_reminder_2",
        category=Category.FOLLOW_UP,
        template="checkin_reminder",
        title=_("%(business)s: one minute for your news"),
        body=_(
            "Hello %(name)s, this is our last reminder about %(business)s. If the form is difficult, "
            "do not worry: your MSME assistant will call you."
        ),
    )
)
REMINDERS = (FIRST_REMINDER, SECOND_REMINDER)
NEW_TASKS = register(
    Kind(
        name="checkin_tasks",
        category=Category.SERVICE,
        template="checkin_tasks",
        title=_("Owners to call: %(count)s"),
        body=_(
            "Hello %(name)s, owners who have not answered their check-in: %(count)s. "
            "Please call or visit them by %(until)s."
        ),
        channels=(Channel.APP, Channel.EMAIL),
    )
)
