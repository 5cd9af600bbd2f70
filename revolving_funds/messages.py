"""What the fund tells people. Amounts, NIK and arrears never stand in these texts; the link shows them."""

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Kind, register

APPLICATION_SENT = register(
    Kind(
        "fund_application_sent",
        Category.SERVICE,
        _("Your application has arrived"),
        _("%(name)s, your application for the revolving fund has arrived. An officer will visit your business."),
        template="fund_application_sent",
    )
)
RETURNED = register(
    Kind(
        "fund_application_returned",
        Category.SERVICE,
        _("Please mend your application"),
        _("%(name)s, something in your application for the revolving fund needs mending. Open the link to see what."),
        template="fund_application_returned",
    )
)
APPROVED = register(
    Kind(
        "fund_application_approved",
        Category.SERVICE,
        _("Your application is approved"),
        _("%(name)s, your application for the revolving fund is approved. The money follows through %(bank)s."),
        template="fund_application_approved",
    )
)
REJECTED = register(
    Kind(
        "fund_application_rejected",
        Category.SERVICE,
        _("The decision on your application"),
        _(
            "%(name)s, your application for the revolving fund could not be approved. Open the link to read why and what you can do."
        ),
        template="fund_application_rejected",
    )
)
APPEAL_ARRIVED = register(
    Kind(
        "fund_appeal_arrived",
        Category.SERVICE,
        _("Your appeal has arrived"),
        _(
            "%(name)s, your appeal has arrived. Somebody who had no part in the decision looks at it and answers by %(day)s."
        ),
        template="fund_appeal_arrived",
    )
)
APPEAL_ANSWERED = register(
    Kind(
        "fund_appeal_answered",
        Category.SERVICE,
        _("The answer to your appeal"),
        _("%(name)s, your appeal has been decided. Open the link to read the answer and what comes next."),
        template="fund_appeal_answered",
    )
)
DISBURSED = register(
    Kind(
        "fund_loan_disbursed",
        Category.SERVICE,
        _("The money has been paid out"),
        _("%(name)s, your loan has been paid out through %(bank)s. The first instalment is due on %(due)s."),
        template="fund_loan_disbursed",
    )
)
RECEIVED = register(
    Kind(
        "fund_instalment_received",
        Category.SERVICE,
        _("Your payment was received"),
        _("%(name)s, your payment was received. The receipt is under this link."),
        template="fund_instalment_received",
    )
)
REVERSED = register(
    Kind(
        "fund_repayment_reversed",
        Category.SERVICE,
        _("A payment was corrected"),
        _("%(name)s, a payment on your loan was booked wrongly and has been taken back. Open the link to see why."),
        template="fund_repayment_reversed",
    )
)
CLOSED = register(
    Kind(
        "fund_loan_closed",
        Category.SERVICE,
        _("Your loan is paid off"),
        _("%(name)s, your loan is paid off. Thank you. Open the link to see your next step."),
        template="fund_loan_closed",
    )
)
DUE_SOON = register(
    Kind(
        "fund_instalment_due",
        Category.SERVICE,
        _("An instalment is due soon"),
        _("%(name)s, an instalment is due on %(due)s. Open the link to see how to pay."),
        template="fund_instalment_due",
    )
)
OVERDUE = register(
    Kind(
        "fund_instalment_late",
        Category.SERVICE,
        _("An instalment is waiting"),
        _(
            "%(name)s, the instalment of %(due)s has not arrived yet. Talk to us if it is difficult, we will look for a way together."
        ),
        template="fund_instalment_late",
    )
)
VISITS = register(
    Kind(
        "fund_visits",
        Category.SERVICE,
        _("Borrowers to visit"),
        _("%(name)s, %(count)s borrowers are waiting for your visit. The list is under this link."),
        template="fund_visits",
    )
)
EASED = register(
    Kind(
        "fund_loan_eased",
        Category.SERVICE,
        _("Your new schedule"),
        _("%(name)s, your loan has a new, easier schedule. Open the link to see it."),
        template="fund_loan_eased",
    )
)
REFERRED = register(
    Kind(
        "fund_referred",
        Category.SERVICE,
        _("Capital from elsewhere"),
        _("%(name)s, your office recommends you to %(source)s. Open the link to see how to apply."),
        template="fund_referred",
    )
)
