"""Chapter 3: the first loan, paid back on time, opens the second step; a late one keeps it shut."""

import datetime as dt

from foundation.accounts.models import User
from members.models import Person
from revolving_funds.models import Application, Loan
from tests.e2e.chapters.cast import YANI, Cast, move_to, press, see
from tests.factories import revolving_funds as funds
from tests.factories.files import picture

DISBURSED = dt.date(2027, 1, 22)


def she_applies(cast: Cast) -> None:
    page = cast.page("yani")
    page.goto("/dana/")
    cast.picture(page, "ladder-before")
    press(page, "Ajukan pinjaman")
    page.fill("input[name=monthly_sales]", "6.000.000")
    press(page, "Lanjut")
    page.fill("input[name=amount]", "2.000.000")
    page.locator("[name=purpose]").first.check()
    press(page, "Lanjut")
    for name in ("place", "ktp"):
        photo = {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        page.locator(f"input[type=file][name={name}]").last.set_input_files(photo)
    cast.picture(page, "application-papers")
    press(page, "Lanjut")
    page.check("input[name=agree]")
    cast.picture(page, "application")
    press(page, "Kirim")
    see(page, "Rp2.000.000")


def four_people_decide(cast: Cast) -> None:
    """One looks at the papers, another visits, a third approves, a fourth pays out."""
    application = Application.objects.get(person__full_name=YANI)
    change = f"/kantor/revolving_funds/application/{application.uid}"
    fitri, lina, agus, tuti = (cast.page(key) for key in ("fitri", "lina", "agus", "tuti"))
    fitri.goto(f"{change}/deed/periksa/")
    for box in fitri.locator("input[type=checkbox]").all():
        box.check()
    cast.picture(fitri, "papers-check")
    press(fitri, "Periksa berkas")
    lina.goto(f"{change}/deed/survey/")
    lina.check("input[name=is_operating]")
    lina.check("input[name=place_matches]")
    lina.fill("input[name=monthly_sales]", "5.500.000")
    lina.fill("input[name=monthly_costs]", "3.500.000")
    lina.fill("textarea[name=notes]", "Warung ramai, dua panci besar.")
    lina.locator("[name=is_recommended]").first.check()
    cast.picture(lina, "survey")
    press(lina, "Catat hasil survei")
    agus.goto(f"{change}/deed/approve/")
    cast.picture(agus, "approve")
    press(agus, "Setujui")
    tuti.goto(f"{change}/deed/disburse/")
    tuti.fill("input[name=disbursed_on]", str(DISBURSED))
    press(tuti, "Cairkan")
    loan = Loan.objects.get(person__full_name=YANI)
    row, names = loan.application, ("Fitri Oktaviani", "Lina Marlina", "Agus Salim", "Tuti Handayani")
    assert {row.checked_by, row.surveyed_by, row.decided_by, row.disbursed_by} == {
        User.objects.get(full_name=name) for name in names
    }
    cast.page("yani").goto(loan.get_absolute_url())
    cast.picture(cast.page("yani"), "schedule")


def an_instalment_is_booked(cast: Cast, on: dt.date, *, shown: str = "") -> None:
    """The treasurer books the next instalment as the desk shows it."""
    loan = Loan.objects.get(person__full_name=YANI)
    move_to(on)
    page = cast.page("tuti")
    page.goto(f"/kantor/revolving_funds/loan/{loan.uid}/deed/repay/")
    page.fill("input[name=amount]", "200.000")
    page.fill("input[name=paid_on]", str(on))
    press(page, "Catat angsuran")
    if shown:
        cast.picture(page, shown)


def the_rest_comes_back_on_time(cast: Cast) -> None:
    """Ten instalments, each on its day: nine by the same action, the last one at the desk."""
    loan = Loan.objects.get(person__full_name=YANI)
    due = list(loan.instalments.order_by("number").values_list("due_on", flat=True))
    for day in due[:-1]:
        funds.repay(loan, 200_000, day)
    an_instalment_is_booked(cast, due[-1], shown="last-instalment")
    loan.refresh_from_db()
    assert loan.status == "CLOSED"
    page = cast.page("yani")
    page.goto("/dana/")
    see(page, "5 juta")
    see(page, "Ajukan pinjaman")
    cast.picture(page, "second-step-open")


def another_owner_borrows_too(rahma: Person) -> None:
    funds.loan(rahma, on=DISBURSED)


def a_late_one_stays_shut(cast: Cast) -> None:
    """Rahma paid everything back, but one instalment forty days late: the page says which and when."""
    loan = Loan.objects.get(person__full_name="Rahma Fitriani")
    due = list(loan.instalments.order_by("number").values_list("due_on", flat=True))
    days = [due[0], due[1], due[2] + dt.timedelta(days=40), *due[4:], due[-1]]
    for day in sorted(days):
        funds.repay(loan, 200_000, day)
    page = cast.page("rahma")
    page.goto("/dana/")
    see(page, "Mengapa tahap berikutnya")
    cast.picture(page, "second-step-shut")
