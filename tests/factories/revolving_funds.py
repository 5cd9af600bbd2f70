"""Small, boring factories of the fund. Everything goes through the actions, as in life."""

import datetime as dt
import uuid
from typing import Any

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.common import codes
from foundation.files.enums import FileKind
from foundation.files.models import StoredFile
from foundation.regions.models import Office
from members.models import Business, Person
from revolving_funds.actions import appeals, applications, checks, loans, pools, programme, repayments
from revolving_funds.enums import NEEDED_DOCUMENTS, BankKind
from revolving_funds.models import (
    Appeal,
    Application,
    ApplicationDocument,
    Bank,
    GroupApplication,
    Loan,
    Pool,
    Repayment,
)
from tests.factories.foundation import office as make_office
from tests.factories.foundation import user_with_role
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory

NOW = dt.datetime(2026, 1, 15, 3, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 1, 15)
START = dt.date(2021, 1, 1)


def bank(code: str = "bsb") -> Bank:
    names = {"bsb": "Bank Sumsel Babel", "bjb": "bank bjb"}
    found, _created = Bank.objects.get_or_create(
        code=code, defaults={"name": names.get(code, code), "kind": BankKind.COMMERCIAL}
    )
    return found


def office(code: str = "16.71") -> Office:
    """An office whose programme runs."""
    found = make_office(code)
    programme.start(office=found, legal_basis="Perwali", valid_from=START, by=None, now=NOW)
    return found


def pool(
    amount: int = 100_000_000,
    *,
    code: str = "16.71",
    year: int = 2026,
    at: str = "bsb",
    subsidy: int | None = None,
) -> Pool:
    """A pool with `amount` rupiah in it and `subsidy` rupiah for interest (default: a tenth)."""
    where = office(code)
    agreement = bank(at).agreements.filter(office=where).first() or programme.sign(
        office=where, bank=bank(at), number=f"PKS/{at}", legal_basis="Perwali", valid_from=START, by=None, now=NOW
    )
    found = programme.open_pool(agreement=agreement, year=year, by=None, now=NOW)
    if amount:
        programme.place(
            pool=found, amount=amount, reference="SP2D", on=dt.date(year, 1, 2), key=str(uuid.uuid4()), by=None, now=NOW
        )
    subsidy = amount // 10 if subsidy is None else subsidy
    if subsidy:
        day, key = dt.date(year, 1, 2), str(uuid.uuid4())
        pools.budget_subsidy(pool=found, amount=subsidy, reference="DPA", on=day, key=key, by=None, now=NOW)
    return found


def owner(**fields: Any) -> Person:
    """An owner with an account, a running business and a NIB."""
    person = OwnerFactory(**fields)
    LicenceFactory(business=BusinessFactory(owner=person))
    return person


def verifier(code: str = "16.71") -> User:
    return user_with_role(Role.VERIFIER, code)


def approver(code: str = "16.71") -> User:
    return user_with_role(Role.APPROVER, code)


def treasurer(code: str = "16.71") -> User:
    return user_with_role(Role.TREASURER, code)


def business(person: Person) -> Business:
    return person.businesses.get()


SEEN: dict[str, Any] = {
    "visited_on": TODAY,
    "is_operating": True,
    "place_matches": True,
    "monthly_sales": 4_000_000,
    "monthly_costs": 2_500_000,
    "other_debts": 0,
    "is_recommended": True,
    "notes": "Ramai pembeli.",
}


def draft(person: Person | None = None, *, on: dt.date = TODAY) -> Application:
    person = person or owner()
    return applications.start(person=person, by=person.user, now=NOW, on=on)


def submitted(person: Person | None = None, *, amount: int = 2_000_000, on: dt.date = TODAY) -> Application:
    application = draft(person, on=on)
    user = application.person.user
    applications.fill(
        application=application, by=user, now=NOW, amount=amount, purpose="MATERIALS", monthly_sales=4_000_000
    )
    show_papers(application)
    return applications.submit(application=application, by=user, now=NOW, on=on)


def show_papers(application: Application) -> None:
    """The papers that are needed, as rows; no test looks into them."""
    for kind in NEEDED_DOCUMENTS:
        file = StoredFile.objects.create(
            purpose="fund_application",
            name=f"{kind}.jpg",
            kind=FileKind.PHOTO,
            size=1,
            sha256="0" * 64,
            path=f"files/00/{uuid.uuid4().hex}",
            stored_by=application.person.user,
            stored_at=NOW,
            used_at=NOW,
            region_code=application.village_id,
        )
        ApplicationDocument.objects.create(application=application, kind=kind, file=file)


def group(application: Application, name: str = "KUB Melati") -> GroupApplication:
    """A joint file that was sent with this application in it; the nine others do not matter."""
    made = GroupApplication.objects.create(
        name=name,
        code=codes.make(6),
        village_id=application.village_id,
        leader=application.person,
        state="SENT",
        size=10,
        sent_at=NOW,
    )
    Application.objects.filter(pk=application.pk).update(group=made)
    application.refresh_from_db()
    return made


def checked(application: Application, *, by: User | None = None) -> Application:
    """Somebody has found its papers complete."""
    checks.check(application=application, missing=(), by=by or verifier(application.office_code), now=NOW)
    application.refresh_from_db()
    return application


def surveyed(person: Person | None = None, *, by: User | None = None, **changes: Any) -> Application:
    on = changes.pop("on", TODAY)
    application = checked(submitted(person, on=on, amount=changes.pop("amount", 2_000_000)))
    applications.survey(
        application=application, by=by or verifier(), now=NOW, on=on, **SEEN | {"visited_on": on} | changes
    )
    return Application.objects.get(pk=application.pk)


def approved(person: Person | None = None, *, by: User | None = None, **changes: Any) -> Application:
    on = changes.get("on", TODAY)
    return applications.approve(application=surveyed(person, **changes), by=by or approver(), now=NOW, on=on)


def refused(person: Person | None = None, *, by: User | None = None, **changes: Any) -> Application:
    now = changes.pop("now", NOW)
    application = surveyed(person, is_recommended=False, **changes)
    return applications.reject(application=application, by=by or approver(), now=now, reason="Usaha belum berjalan")


def appeal(application: Application | None = None, *, on: dt.date = TODAY, reason: str = "Sudah buka rutin.") -> Appeal:
    """An appeal of the owner that waits for its answer."""
    application = application or refused()
    return appeals.file(application=application, reason=reason, by=application.person.user, now=NOW, on=on)


def loan(person: Person | None = None, *, on: dt.date = TODAY, **changes: Any) -> Loan:
    """A running loan paid out on `on`; there must be a pool."""
    now = dt.datetime.combine(on, dt.time(3), tzinfo=dt.UTC)
    application = surveyed(person, on=on, **changes)
    applications.approve(application=application, by=approver(), now=now, on=on)
    return loans.disburse(application=application, by=treasurer(), now=now, on=on)


def repay(loan: Loan, amount: int, on: dt.date, **changes: Any) -> Repayment:
    """`amount` paid and booked on `on`."""
    values: dict[str, Any] = {
        "request_uid": uuid.uuid4(),
        "by": None,
        "now": dt.datetime.combine(on, dt.time(3), tzinfo=dt.UTC),
        "on": on,
        "paid_on": on,
    }
    return repayments.record(loan=loan, amount=amount, **values | changes)


def repay_on_time(loan: Loan) -> Loan:
    """Every instalment on its day."""
    for row in loan.instalments.order_by("number"):
        repay(loan, row.amount, row.due_on)
    return Loan.objects.get(pk=loan.pk)
