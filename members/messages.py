"""What members tells people, and on which channels. No number of a licence and no amount stands in a message."""

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Channel, Kind, register

CASE_OPENED = register(
    Kind(
        name="licence_case_opened",
        category=Category.FOLLOW_UP,
        template="licence_case_opened",
        title=_("We help you get: %(licence)s"),
        body=_(
            "%(name)s, the request for %(business)s has come: %(licence)s. Open the link to see steps and documents."
        ),
    )
)
CASE_TAKEN = register(
    Kind(
        name="licence_case_taken",
        category=Category.FOLLOW_UP,
        template="licence_case_taken",
        title=_("%(officer)s takes care of it: %(licence)s"),
        body=_("%(name)s, %(officer)s now arranges the licence of %(business)s: %(licence)s."),
    )
)
CASE_STEP = register(
    Kind(
        name="licence_case_step",
        category=Category.FOLLOW_UP,
        template="licence_case_step",
        title=_("One step further: %(licence)s"),
        body=_("%(name)s, for %(business)s this is done: %(step)s. Open the link to see what comes next."),
    )
)
CASE_ISSUED = register(
    Kind(
        name="licence_case_issued",
        category=Category.SERVICE,
        template="licence_case_issued",
        title=_("It is there: %(licence)s"),
        body=_("%(name)s, the licence of %(business)s has been issued: %(licence)s. Open the link to see it."),
    )
)
CASE_CLOSED = register(
    Kind(
        name="licence_case_closed",
        category=Category.SERVICE,
        template="licence_case_closed",
        title=_("Not issued: %(licence)s"),
        body=_(
            "%(name)s, the request for %(business)s has ended without a licence: %(licence)s. Open the link for the reason."
        ),
    )
)
CASE_GIVEN = register(
    Kind(
        name="licence_case_given",
        category=Category.SERVICE,
        template="licence_case_given",
        title=_("A licensing case for you: %(business)s"),
        body=_("%(name)s, please take care of %(licence)s for %(business)s."),
        channels=(Channel.APP,),
    )
)
EXPIRING = register(
    Kind(
        name="licence_expiring",
        category=Category.SERVICE,
        template="licence_expiring",
        title=_("Ends soon: %(licence)s"),
        body=_(
            "%(name)s, the licence of %(business)s ends on %(day)s: %(licence)s. We help you renew it: open the link."
        ),
    )
)
EXPIRED = register(
    Kind(
        name="licence_expired",
        category=Category.SERVICE,
        template="licence_expired",
        title=_("Has ended: %(licence)s"),
        body=_(
            "%(name)s, the licence of %(business)s ended on %(day)s: %(licence)s. We help you renew it: open the link."
        ),
    )
)
