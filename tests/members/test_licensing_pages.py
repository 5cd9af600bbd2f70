"""Pages of licences and cases: who sees what, what a press does, what a fixed page costs."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from foundation.audit.models import Event
from foundation.common.documents import DOCUMENTS
from foundation.files.models import StoredFile
from foundation.regions.models import Office
from members.actions import cases, letters, seeding
from members.enums import CaseStatus, LicenceStatus
from members.letter_papers import letter_data, letter_pdf
from members.models import CaseDocument, Licence, LicenceCase, LicencePaper, RecommendationLetter
from tests.factories import files, licensing
from tests.factories.foundation import UserFactory
from tests.factories.licensing import NOW
from tests.factories.members import LicenceFactory
from tests.races import together

pytestmark = pytest.mark.django_db
FILING = letters.Filing(mark="Keripik Yani", goods="keripik singkong", goods_class=29)
CHECKLIST_QUERIES, CASE_QUERIES, LIST_QUERIES = 12, 11, 5


@pytest.fixture(autouse=True)
def _morning() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, user: Any, path: str) -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def checklist_of(business: Any) -> str:
    return reverse("members:licence-checklist", args=[business.uid])


def test_the_ladder_names_the_next_licence_and_leads_to_its_help(client: Client) -> None:
    business = licensing.business(nib=False)
    html = page(client, business.owner.user, checklist_of(business))
    assert "Langkah paling berguna berikutnya" in html
    assert reverse("members:licence-help", args=[business.uid, "nib"]) in html
    assert "PP 42/2024" in html  # every line says by which law


def test_the_fund_refuses_without_a_nib_and_leads_to_the_help(client: Client) -> None:
    business = licensing.business(nib=False)
    html = page(client, business.owner.user, "/dana/")
    assert reverse("members:licence-help", args=[business.uid, "nib"]) in html


def test_one_press_opens_the_case_and_a_second_leads_to_it(client: Client) -> None:
    business = licensing.business()
    address = reverse("members:licence-help", args=[business.uid, "pirt"])
    client.force_login(business.owner.user)
    client.get(address)
    assert not LicenceCase.objects.exists()  # looking opens nothing
    answer = client.post(address)
    case = LicenceCase.objects.get()
    assert answer.headers["Location"] == reverse("members:case", args=[case.uid])
    again = client.post(address)
    assert again.status_code == 200
    assert reverse("members:case", args=[case.uid]) in again.content.decode()


def test_without_the_nib_the_help_for_another_leads_to_the_nib(client: Client) -> None:
    business = licensing.business(nib=False)
    client.force_login(business.owner.user)
    html = client.post(reverse("members:licence-help", args=[business.uid, "halal"])).content.decode()
    assert reverse("members:licence-help", args=[business.uid, "nib"]) in html


def test_the_owner_hands_in_a_document_and_only_who_works_on_it_may_open_it(client: Client) -> None:
    case = licensing.case()
    client.force_login(case.business.owner.user)
    address = reverse("members:case-document", args=[case.uid, 1])
    wrong = client.post(address, {"paper": files.upload(b"<svg/>", "ktp.svg")})
    assert "tidak dapat dibaca" in wrong.content.decode()
    client.post(address, {"paper": files.upload(files.picture(), "ktp.jpg")})
    file = CaseDocument.objects.get().file
    assert file is not None
    allowed = {"owner": case.business.owner.user, "staff": licensing.staff(), "assistant": licensing.assistant()}
    for user in [*allowed.values(), UserFactory(), licensing.assistant("16.71.14"), licensing.staff("32.04")]:
        client.force_login(user)
        answer: Any = client.get(reverse("files:read", args=[file.uid]))
        assert answer.status_code == (200 if user in allowed.values() else 404)
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8") if answer.streaming else True
    assert Event.objects.filter(verb="file.read").count() == 2  # the owner's own look is nobody's business


def test_a_paper_is_kept_when_the_number_is_wrong(client: Client) -> None:
    case = licensing.case(by=licensing.staff())
    client.force_login(case.officer)  # type: ignore[arg-type]
    address = reverse("members:case-issued", args=[case.uid])
    first = client.post(address, {"number": "1", "paper": files.upload(files.PDF, "sppirt.pdf")})
    kept = StoredFile.objects.get()
    assert str(kept.uid) in first.content.decode()
    client.post(address, {"number": "2061671010001-31", "paper-tersimpan": str(kept.uid)})
    case.refresh_from_db()
    assert case.status == CaseStatus.ISSUED
    assert LicencePaper.objects.get().file == kept
    html = page(client, case.business.owner.user, checklist_of(case.business))
    assert reverse("files:read", args=[kept.uid]) in html


def test_the_owner_takes_her_request_back_with_a_reason(client: Client) -> None:
    case = licensing.case()
    client.force_login(case.business.owner.user)
    address = reverse("members:case-withdraw", args=[case.uid])
    client.post(address, {"reason": ""})
    assert LicenceCase.objects.running().exists()
    client.post(address, {"reason": "Sudah punya"})
    case.refresh_from_db()
    assert (case.status, case.outcome) == (CaseStatus.WITHDRAWN, "Sudah punya")


@pytest.mark.parametrize("count", [1, 3])
def test_pages_have_a_fixed_cost(client: Client, count: int, django_assert_num_queries: Any) -> None:
    assistant = licensing.assistant()
    made = [licensing.case(by=assistant) for _ in range(count)]
    case = made[0]
    for number in range(count - 1):
        cases.finish_step(case=case, note=str(number), by=assistant, now=NOW)
    for _ in range(count):
        LicenceFactory(business=case.business, kind=["NPWP", "BRAND", "HALAL"][_])
    client.force_login(case.business.owner.user)
    for address, queries in (
        (checklist_of(case.business), CHECKLIST_QUERIES),
        (reverse("members:case", args=[case.uid]), CASE_QUERIES),
    ):
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)
    client.force_login(assistant)
    client.get(reverse("members:case-list"))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("members:case-list"))


# The desk


def test_the_queue_of_the_desk_shows_mine_those_without_an_officer_and_the_late(client: Client) -> None:
    clerk = licensing.staff()
    mine, free = licensing.case(by=clerk), licensing.case()
    LicenceCase.objects.filter(pk=free.pk).update(due_on=NOW.date().replace(day=1))
    queue = reverse("admin:members_licencecase_changelist")
    found = {key: page(client, clerk, f"{queue}?untuk={key}") for key in ("saya", "belum", "telat")}
    assert [mine.business.name in found[key] for key in found] == [True, False, False]
    assert [free.business.name in found[key] for key in found] == [False, True, True]


def test_the_desk_does_every_deed_of_a_case(client: Client) -> None:
    clerk, other, case = licensing.staff(), licensing.assistant(), licensing.case(kind="BRAND")
    client.force_login(clerk)

    def deed(name: str, **data: Any) -> Any:
        return client.post(reverse("admin:members_licencecase_deed", args=[case.uid, name]), data)

    document = case.process.documents.order_by("number").first()
    assert document is not None
    steps: list[tuple[str, dict[str, Any]]] = [
        ("ambil", {}),
        ("langkah", {"note": ""}),
        ("dokumen", {"document": document.pk, "seen": "on"}),
        ("biaya", {"fee": "500.000", "subsidy": "200.000"}),
        ("jadwal", {"due_on": "2027-01-31", "reason": "Antrean DJKI"}),
        ("surat", {"mark": "Keripik Yani", "goods": "keripik", "goods_class": "29"}),
        ("batal-langkah", {}),
        ("alih", {"officer": other.pk, "note": "dekat"}),
        ("tolak", {"reason": "Mirip merek lain"}),
    ]
    assert [(name, deed(name, **data).status_code) for name, data in steps] == [(name, 302) for name, _data in steps]
    case.refresh_from_db()
    assert (case.fee, case.subsidy, case.steps_done, case.officer) == (500_000, 200_000, 0, other)
    assert (case.status, case.outcome) == (CaseStatus.REFUSED, "Mirip merek lain")
    assert RecommendationLetter.objects.get().case == case
    assert "sudah dilihat aslinya" in page(client, clerk, reverse("admin:members_licencecase_change", args=[case.uid]))


def test_an_office_changes_the_way_for_itself_alone(client: Client) -> None:
    clerk, case = licensing.staff(), licensing.case()
    client.force_login(clerk)
    address = reverse("admin:members_licenceprocess_deed", args=[case.process.uid, "ubah"])
    data = {"issuer": "DPMPTSP", "fee": "0", "subsidy": "0", "steps": "Semua | dinas | 4", "documents": "KTP\nFoto?"}
    assert "Tulis satu langkah" in client.post(address, {**data, "steps": "ngawur"}).content.decode()
    assert client.post(address, data).status_code == 302
    own = cases.process_for("PIRT", "16.71")
    assert (own.region_code, own.version, own.steps.count()) == ("16.71", 1, 1)
    assert cases.process_for("PIRT", "32.04") == case.process
    client.force_login(licensing.staff("32.04"))
    assert client.get(reverse("admin:members_licenceprocess_change", args=[own.uid])).status_code == 404


# Letters


def letter(business: Any = None, filing: letters.Filing = FILING) -> RecommendationLetter:
    business = business or licensing.business()
    return letters.issue(business=business, filing=filing, case=None, by=licensing.staff(), now=NOW)


def test_a_letter_says_whose_mark_it_is_and_who_signs() -> None:
    made = letter()
    data = letter_data(made, Office.objects.serving("16.71"))
    assert (data["number"], data["signer_name"]) == ("500.3/1/Diskop-UKM/2026", "Dra. Kartini")
    assert data["signer_post"] == "Kepala Dinas Koperasi dan UKM Kota Palembang"
    assert (data["mark"], data["goods_class"], data["nib"]) == ("Keripik Yani", 29, made.business.licences.get().number)
    assert letter_pdf(made).startswith(b"%PDF-")
    assert (DOCUMENTS / "recommendation.typ").exists()


def test_a_letter_is_for_one_mark_once_a_year_and_needs_nib_and_signer() -> None:
    made = letter()
    with pytest.raises(letters.LetterExists):
        letter(made.business)
    letters.withdraw(letter=made, reason="Salah ketik", by=licensing.staff(), now=NOW)
    assert letter(made.business).serial == 2
    with pytest.raises(letters.NoNib):
        letter(licensing.business(nib=False))
    with pytest.raises(letters.GoodsMissing):
        letter(filing=letters.Filing(mark="A", goods="b", goods_class=46))
    Office.objects.update(head_name="")
    with pytest.raises(letters.NoSigner):
        letter()


def test_what_was_refused_leaves_no_gap_in_the_numbers() -> None:
    first = letter()
    with pytest.raises(letters.LetterExists):
        letter(first.business)
    assert letter().serial == first.serial + 1


@pytest.mark.django_db(transaction=True)
def test_letters_at_once_have_numbers_without_gap_or_double() -> None:
    businesses = [licensing.business() for _ in range(4)]
    clerk = licensing.staff()
    together(4, lambda n: letters.issue(business=businesses[n], filing=FILING, case=None, by=clerk, now=NOW))
    assert sorted(RecommendationLetter.objects.values_list("serial", flat=True)) == [1, 2, 3, 4]


def test_everybody_may_check_a_letter_and_only_its_people_have_the_paper(client: Client) -> None:
    made = letter()
    check, paper = (reverse(f"members:letter-{name}", args=[made.code]) for name in ("verify", "download"))
    html = client.get(check).content.decode()
    assert "asli dan berlaku" in html
    assert "0220001234567" not in html  # no identity number stands on the open page
    assert client.get(paper).status_code == 302
    client.force_login(UserFactory())
    assert client.get(paper).status_code == 404
    client.force_login(made.business.owner.user)
    assert client.get(paper)["Content-Type"] == "application/pdf"
    letters.withdraw(letter=made, reason="Salah ketik", by=licensing.staff(), now=NOW)
    assert "Salah ketik" in client.get(check).content.decode()
    assert client.get(reverse("members:letter-verify", args=["0000000000"])).status_code == 404


# Seeds


def test_a_made_up_city_has_cases_in_every_state() -> None:
    licensing.staff()
    licensing.assistant()
    for _ in range(60):
        LicenceFactory(business=licensing.business(nib=False), status=LicenceStatus.WANTED, number="")
    Licence.objects.update(updated_at=NOW - timedelta(days=40))  # when they were asked for
    LicenceFactory(business=licensing.business(nib=False), issued_on=NOW.date())
    assert seeding.seed_cases(office=Office.objects.get(), rng=Random(4), now=NOW) == 61
    states = set(LicenceCase.objects.values_list("status", flat=True))
    assert states >= {CaseStatus.OPEN, CaseStatus.ISSUED}
    assert LicenceCase.objects.unassigned().exists()
    assert LicenceCase.objects.late(NOW.date()).exists()
