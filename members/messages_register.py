"""What the register tells people: codes of claims, answers to them, and who has moved into a district."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Channel, Kind, register

MOVED_HERE = register(
    Kind(
        name="member_moved_here",
        category=Category.FOLLOW_UP,
        template="member_moved_here",
        title=_("New in your district"),
        body=_("%(name)s has moved to %(village)s and is now among the owners whom you assist."),
    )
)
CLAIM_CODE = register(
    Kind(
        name="claim_code",
        category=Category.SERVICE,
        template="claim_code",
        title=_("Code to link your record"),
        body=_(
            "%(code)s is the code to link your record at the office to a new number. It is valid for 10 minutes. "
            "If you did not ask for it, give it to nobody and tell your assistant."
        ),
        channels=(Channel.WHATSAPP,),
        secret="code",  # noqa: S106 -- the name of the value, not the value
        lifetime=timedelta(minutes=10),
    )
)
BUSINESS_OFFERED = register(
    Kind(
        name="business_offered",
        category=Category.SERVICE,
        template="business_offered",
        title=_("A business for you: %(business)s"),
        body=_("%(name)s, %(owner)s wants to hand %(business)s over to you. Open the link to say yes or no."),
    )
)
OFFER_ANSWERED = register(
    Kind(
        name="business_offer_answered",
        category=Category.SERVICE,
        template="business_offer_answered",
        title=_("Your offer: %(business)s"),
        body=_("%(name)s, the new owner has answered about %(business)s: %(answer)s."),
    )
)
CLAIM_DECIDED = register(
    Kind(
        name="claim_decided",
        category=Category.SERVICE,
        template="claim_decided",
        title=_("Your record at the office"),
        body=_("%(name)s, the office has answered your request to link your record. Please open Guyub to see it."),
    )
)
