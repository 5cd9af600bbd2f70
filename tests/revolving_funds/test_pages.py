"""The fund as its owner sees it, and who sees nothing of it."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.common import clock
from members.enums import LicenceStatus
from members.models import Licence
from revolving_funds.models import Application, Loan
from tests.factories import revolving_funds as make
from tests.factories.files import picture, upload
from tests.factories.foundation import UserFactory, region, user_with_role

pytestmark = pytest.mark.django_db
URL = {name: f"revolving_funds:{name}" for name in ("ladder", "loan-detail", "receipt", "application-detail")}


@pytest.fixture(autouse=True)
def _this_year() -> None:
    """Pages read the clock: a pool of the year in which the tests run."""
    make.pool(year=timezone.localdate().year)


def today() -> dt.date:
    return timezone.localdate()


def seen_by(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def loan_of_today(**changes: Any) -> Loan:
    return make.loan(on=today(), **changes)


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_ladder_shows_the_open_step_and_the_button() -> None:
    page = text(seen_by(make.owner().user).get(reverse(URL["ladder"])))
    assert "Tahap 1 terbuka untuk Ibu/Bapak" in page
    assert reverse("revolving_funds:application-start") in page


def test_the_ladder_without_a_nib_has_no_button_and_says_what_to_do() -> None:
    person = make.owner()
    Licence.objects.update(status=LicenceStatus.WANTED)
    page = text(seen_by(person.user).get(reverse(URL["ladder"])))
    assert "Kurang 1 syarat" in page
    assert "Bantu saya urus NIB" in page
    assert reverse("revolving_funds:application-start") not in page


def test_somebody_who_owns_no_business_reads_how_the_ladder_appears() -> None:
    page = text(seen_by(user_with_role(Role.FACILITATOR, "16.71.04")).get(reverse(URL["ladder"])))
    assert "Tangga pinjaman akan tampil di sini" in page


def test_an_application_goes_through_its_four_steps_without_javascript() -> None:
    person = make.owner()
    client = seen_by(person.user)
    step = client.post(reverse("revolving_funds:application-start"))
    step = client.post(step["Location"], {"monthly_sales": "4.000.000"})
    step = client.post(step["Location"], {"amount": "2.000.000", "purpose": "MATERIALS", "details": "Ayam"})
    step = client.post(step["Location"], {name: upload(picture(), f"{name}.jpg") for name in ("place", "ktp")})
    done = client.post(step["Location"], {"agree": "on"})
    application = Application.objects.get()
    assert done["Location"] == application.get_absolute_url()
    assert (application.status, application.amount, application.monthly_sales) == ("SUBMITTED", 2_000_000, 4_000_000)
    assert "Terkirim, menunggu survei" in text(client.get(done["Location"]))


def test_the_last_step_names_what_is_missing_in_words_and_no_needed_paper_is_called_optional() -> None:
    application = make.draft(on=today())
    client = seen_by(application.person.user)
    last = text(client.get(reverse("revolving_funds:application-send", args=[application.uid])))
    assert "Foto tempat usaha, Foto KTP" in last
    assert last.count("belum diisi") == 2  # purpose and sales
    papers = text(client.get(reverse("revolving_funds:application-papers", args=[application.uid])))
    assert papers.count("(opsional)") == 1  # the notes alone
    assert "Cukup dekat hingga terlihat jelas" in papers


def test_what_was_typed_stays_when_it_is_refused() -> None:
    person = make.owner()
    application = make.draft(person, on=today())
    url = reverse("revolving_funds:application-need", args=[application.uid])
    page = text(seen_by(person.user).post(url, {"amount": "2.500.000", "purpose": "TOOLS", "details": "Oven bekas"}))
    assert "Tulis paling banyak Rp2.000.000" in page
    assert 'value="2.500.000"' in page
    assert "Oven bekas" in page


def test_an_application_is_taken_back_by_a_post_only() -> None:
    person = make.owner()
    application = make.submitted(person, on=today())
    url = reverse("revolving_funds:application-withdraw", args=[application.uid])
    client = seen_by(person.user)
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302
    assert Application.objects.get().status == "WITHDRAWN"


def test_the_loan_page_has_schedule_and_payments_and_each_its_receipt() -> None:
    loan = loan_of_today()
    repayment = make.repay(loan, 250_000, today())
    client = seen_by(loan.person.user)
    page = text(client.get(loan.get_absolute_url()))
    assert "Rp1.750.000" in page
    assert repayment.get_absolute_url() in page
    assert "Rp250.000" in text(client.get(repayment.get_absolute_url()))


def test_a_running_loan_says_what_opens_the_next_step() -> None:
    loan = loan_of_today()
    page = text(seen_by(loan.person.user).get(reverse(URL["ladder"])))
    assert "Supaya naik ke tahap 2" in page
    assert "Kurang 10 angsuran, Rp2.000.000" in page


def test_a_paid_off_loan_and_a_rejection_are_shown_with_their_reason() -> None:
    loan = loan_of_today()
    make.repay(loan, 2_000_000, today())
    client = seen_by(loan.person.user)
    assert "Lunas pada" in text(client.get(loan.get_absolute_url()))
    application = make.submitted(loan.person, on=today(), amount=5_000_000)
    Application.objects.filter(pk=application.pk).update(
        status="REJECTED",
        decision_reason="Toko tutup",
        surveyed_at=clock.now(),
        surveyed_by=make.verifier(),
        decided_at=clock.now(),
        decided_by=make.approver(),
    )
    assert "Toko tutup" in text(client.get(application.get_absolute_url()))
    assert "Toko tutup" in text(client.get(reverse(URL["ladder"])))


def test_a_stranger_sees_nothing() -> None:
    loan = loan_of_today()
    repayment = make.repay(loan, 200_000, today())
    addresses = [loan.get_absolute_url(), repayment.get_absolute_url(), loan.application.get_absolute_url()]
    strangers = [
        make.owner().user,
        UserFactory(),
        user_with_role(Role.FACILITATOR, "16.71.04"),
        user_with_role(Role.TREASURER, "32.04"),
    ]
    assert [seen_by(who).get(url).status_code for who in strangers for url in addresses] == [404] * 12
    assert [Client().get(url).status_code for url in addresses] == [302] * 3


def test_the_next_districts_owner_cannot_work_on_an_application() -> None:
    application = make.draft(on=today())
    client = seen_by(make.owner().user)
    for name in ("business", "need", "send", "withdraw"):
        url = reverse(f"revolving_funds:application-{name}", args=[application.uid])
        assert client.post(url, {"amount": "1"}).status_code == 404
    assert client.get(reverse(URL["loan-detail"], args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("loans", [1, 3])
def test_the_ladder_costs_the_same_however_many_loans_were_had(loans: int, django_assert_max_num_queries: Any) -> None:
    person = make.owner()
    for _n in range(loans):
        loan = make.loan(person, on=today())
        make.repay(loan, 2_000_000 if loan.level == 1 else loan.amount, today())
    client = seen_by(person.user)
    client.get(reverse(URL["ladder"]))
    with django_assert_max_num_queries(24):
        client.get(reverse(URL["ladder"]))


def test_a_newcomer_is_led_to_the_registration_and_an_assistant_is_not(client: Client) -> None:
    client.force_login(UserFactory(phone="+6281234500001", phone_verified=True))
    assert 'href="/daftar/"' in client.get("/dana/").text
    region("16.71.04")
    client.force_login(user_with_role(Role.FACILITATOR, "16.71.04", phone="+6281234500002", phone_verified=True))
    assert 'href="/daftar/"' not in client.get("/dana/").text
