"""May she apply, for how much, and if not: what is missing, what to do, by which link."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from foundation.common.dates import short_date
from foundation.common.money import rupiah
from foundation.regions.models import Office
from members.enums import BusinessStatus, LicenceKind, LicenceStatus
from members.models import Business, Licence, Person
from revolving_funds import queries
from revolving_funds.enums import LIVE, ApplicationStatus, LoanStatus
from revolving_funds.ladder import Standing, Step
from revolving_funds.models import Appeal, Application, Loan, Policy


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the answer. `met` None = still to be seen (not a refusal)."""

    key: str
    met: bool
    title: str
    text: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The whole answer: `level`, `amount`, `tenor` of the loan that may be asked for now."""

    standing: Standing | None
    conditions: tuple[Condition, ...]
    business: Business | None
    loan: Loan | None
    application: Application | None

    @property
    def may_apply(self) -> bool:
        return all(condition.met for condition in self.conditions)

    @property
    def open_step(self) -> Step | None:
        """The rung that may be asked for now."""
        return self.standing.step(self.standing.unlocked) if self.standing else None

    @property
    def missing(self) -> list[Condition]:
        return [condition for condition in self.conditions if not condition.met]


def of(person: Person, *, on: date) -> Eligibility:
    """Everything that stands between `person` and a loan on a day. A handful of queries, none per row."""
    office = Office.objects.serving(person.village_id)
    standing = queries.standing(person, office, on) if office else None
    loan = Loan.objects.for_lists().filter(person=person, status=LoanStatus.OPEN).first()
    mine = Application.objects.for_lists().select_related("group")
    application = mine.filter(person=person, status__in=LIVE).first()
    business = _business(person, on)
    conditions = [
        _programme(standing, _begins_on(office, on) if standing is None else None),
        _running(business),
        _nib(business, on),
        _no_loan(loan),
    ]
    if standing is not None and standing.warning:
        conditions.append(_fellows(standing.warning))
    if application is not None and application.status != "DRAFT":
        conditions.append(_no_application(application))
    if application is None and (appeal := Appeal.objects.waiting().filter(application__person=person).first()):
        conditions.append(_no_appeal(appeal))
    return Eligibility(standing, tuple(conditions), business, loan, application)


def _business(person: Person, on: date) -> Business | None:
    """The business the loan is for: one that runs and holds a NIB comes first."""
    held = Licence.objects.filter(business=OuterRef("pk")).held(LicenceKind.NIB, on=on)
    return (
        Business.objects.filter(owner=person)
        .select_related("village__parent")
        .annotate(has_nib=Exists(held), runs=Q(status=BusinessStatus.ACTIVE))
        .order_by("-has_nib", "-runs", "pk")
        .first()
    )


def _begins_on(office: Office | None, on: date) -> date | None:
    """The day from which the office's rules of the fund hold, where that still lies ahead."""
    rows = Policy.objects.filter(office=office, valid_from__gt=on) if office else Policy.objects.none()
    return rows.order_by("valid_from").values_list("valid_from", flat=True).first()


def _programme(standing: Standing | None, begins: date | None) -> Condition:
    if standing is None:
        title = _("The programme in your region")
        if begins:
            text = _("Your office offers the revolving fund from %(day)s. You can apply from that day on.")
            return Condition("programme", False, title, text % {"day": short_date(begins)})
        return Condition(
            "programme", False, title, _("Your office does not offer the revolving fund yet. Ask it when it begins.")
        )
    if standing.blocked:
        return Condition("programme", False, _("A pause in the programme"), standing.blocked)
    if standing.graduated:
        return Condition(
            "programme",
            False,
            _("The highest step is behind you"),
            _(
                "You returned the highest loan on time. Banks can now lend you more, for example KUR; your office helps you there."
            ),
        )
    step = standing.step(standing.unlocked)
    return Condition(
        "programme",
        True,
        _("Step %(level)d is open to you") % {"level": step.level},
        _("Up to %(amount)s over %(tenor)d months.") % {"amount": rupiah(step.amount), "tenor": step.tenor},
    )


def _running(business: Business | None) -> Condition:
    title = _("A running business")
    if business is None:
        return Condition(
            "business",
            False,
            title,
            _("Register your business first."),
            *_link("members:business-add", _("Register a business")),
        )
    if business.status != BusinessStatus.ACTIVE:
        return Condition(
            "business",
            False,
            title,
            _("%(business)s is recorded as not running. Tell us if that has changed.") % {"business": business.name},
            *_link("members:profile", _("Open my profile")),
        )
    return Condition("business", True, title, business.name)


def _nib(business: Business | None, on: date) -> Condition:
    title = _("Business identification number (NIB)")
    licence = business.licences.filter(kind=LicenceKind.NIB).first() if business else None
    if licence is None or not licence.held_on(on):
        text = _("The NIB is not recorded as issued yet. It is free, and your assistant helps you with it.")
        if licence is not None and licence.status == LicenceStatus.HELD and licence.valid_to:
            text = _("The NIB ran out on %(day)s. It is free to renew, and your assistant helps you with it.") % {
                "day": short_date(licence.valid_to)
            }
        return Condition(
            "nib",
            False,
            title,
            text,
            reverse("members:licence-help", args=[business.uid, "nib"]) if business else reverse("members:licences"),
            _("Help me get the NIB"),
        )
    if licence.valid_to:
        issued = _("Issued, number %(number)s. It holds until %(day)s.")
        return Condition("nib", True, title, issued % {"number": licence.number, "day": short_date(licence.valid_to)})
    return Condition("nib", True, title, _("Issued, number %(number)s.") % {"number": licence.number})


def _fellows(warning: str) -> Condition:
    """Does not stop her; she reads what the officers will see."""
    said = _("It does not stop you. The officers see it and will ask your group about it.")
    return Condition("group", True, _("Your group"), f"{warning} {said}")


def _no_loan(loan: Loan | None) -> Condition:
    title = _("No other loan of the fund")
    if loan is None:
        return Condition("loan", True, title, _("You have no running loan."))
    return Condition(
        "loan",
        False,
        title,
        _("Pay off the running loan first: %(amount)s is left, the last instalment is due on %(due)s.")
        % {"amount": rupiah(loan.account.balance), "due": short_date(loan.maturity_on)},
        loan.get_absolute_url(),
        _("Open the loan"),
    )


def _no_application(application: Application) -> Condition:
    return Condition(
        "application",
        False,
        _("No other application"),
        _waits_for(application),
        application.get_absolute_url(),
        _("See where it stands"),
    )


def _no_appeal(appeal: Appeal) -> Condition:
    return Condition(
        "appeal",
        False,
        _("No appeal that waits"),
        _("Your appeal is being looked at until %(day)s. Wait for the answer, or take it back to apply anew.")
        % {"day": short_date(appeal.answer_by)},
        appeal.get_absolute_url(),
        _("See where it stands"),
    )


def _waits_for(application: Application) -> str:
    """Until when, where a day is known: the bank's answer is awaited while the money is held."""
    if application.status == ApplicationStatus.APPROVED and application.reserved_until:
        return _("Your application is approved. The money is held for you until %(day)s.") % {
            "day": short_date(application.reserved_until)
        }
    return _("Your application is already under way.")


def _link(name: str, label: str) -> tuple[str, str]:
    """The page that helps, if it is there."""
    for candidate in (name, "portal:home"):
        try:
            return reverse(candidate), label
        except NoReverseMatch:
            continue
    return "", ""
