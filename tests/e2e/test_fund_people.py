"""The fund in the browser, each person at her own: verifier and owner on a phone, the desk of approver, treasurer, auditor,
and the officer of a bank.

Screenshots lie in var/screenshots/fund-*.png.
"""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.jobs import tasks
from foundation.jobs.models import Job
from foundation.ledger.models import Account, Period, Transaction
from revolving_funds.actions import applications, batches
from revolving_funds.models import (
    AgreementPaper,
    Appeal,
    Application,
    BankBatch,
    Loan,
    Repayment,
    StatementLine,
    SubsidyClaim,
)
from tests.e2e.chapters.cast import follow, move_to, press, see
from tests.e2e.conftest import DESK, PHONE
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.files import picture
from tests.factories.foundation import user_with_role

pytestmark = [pytest.mark.e2e, pytest.mark.ci, pytest.mark.django_db(transaction=True)]
TODAY = dt.date(2027, 3, 17)  # a Wednesday, ahead of us: accounts are as old as the test
CITY, KANTOR = "16.71", "/kantor/revolving_funds"
NAMES = {
    Role.VERIFIER: "Lina Marlina",
    Role.APPROVER: "Agus Salim",
    Role.TREASURER: "Tuti Handayani",
    Role.AUDITOR: "Bambang Susilo",
    Role.BANK: "Fajar Nugroho",
}


class Desk:
    """Who works where: one page for each, pictures on the way."""

    def __init__(
        self,
        new_page: Callable[..., Page],
        login: Callable[..., None],
        shoot: Callable[..., None],
        judge: Callable[[Page], None],
    ) -> None:
        self.new_page, self.login, self.shoot, self.judge = new_page, login, shoot, judge
        self.people: dict[str, User] = {}

    def of(self, role: Role, *, phone: bool = False, name: str = "") -> Page:
        user = user_with_role(role, CITY, full_name=name or NAMES[role])
        return self.by(user, CITY, phone=phone)

    def by(self, user: User, region: str, *, phone: bool) -> Page:
        page = self.new_page(PHONE if phone else DESK)
        self.login(page, user, region)
        return page

    def picture(self, page: Page, name: str) -> None:
        self.shoot(page, f"fund-{name}")


@pytest.fixture
def desk(
    new_page: Callable[..., Page],
    login_as: Callable[..., None],
    screenshot: Callable[..., None],
    axe: Callable[..., None],
    fits: Callable[[Page], None],
) -> Desk:
    move_to(TODAY)
    make.pool(50_000_000, year=2027)

    def judge(page: Page) -> None:
        axe(page)
        fits(page)

    return Desk(new_page, login_as, screenshot, judge)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(5), tzinfo=dt.UTC)


def jobs_run() -> None:
    for job in Job.objects.filter(state="QUEUED"):
        tasks.run(job.pk)


def seen(desk: Desk, page: Page, name: str) -> None:
    """A page that is judged as well as pictured: on the bank's screen and on a phone, by axe."""
    for kind in ("", "-phone"):
        page.set_viewport_size({"width": 360, "height": 800} if kind else {"width": 1280, "height": 900})
        desk.judge(page)
        desk.picture(page, f"{name}{kind}")
    page.set_viewport_size({"width": 1280, "height": 900})


def visit(desk: Desk, application: Application) -> None:
    """Her queue, the papers that another officer looks at, the visit; she does not recommend it."""
    lina = desk.of(Role.VERIFIER, phone=True)
    lina.goto("/kantor/")
    desk.picture(lina, "01-verifier-desk")
    follow(lina, re.compile("berkasnya perlu diperiksa|^Periksa"))
    desk.picture(lina, "02-verifier-queue")
    lina.goto(f"{KANTOR}/application/{application.uid}/change/")
    desk.picture(lina, "03-verifier-application")
    fitri = desk.of(Role.VERIFIER, name="Fitri Oktaviani")
    fitri.goto(f"{KANTOR}/application/{application.uid}/deed/periksa/")
    desk.picture(fitri, "03b-verifier-papers")
    for box in fitri.locator("main input[type=checkbox]").all():
        box.check()
    fitri.locator("main button[type=submit]").last.click()
    see(fitri, "bukan oleh Fitri Oktaviani")
    expect(fitri.get_by_role("link", name="Catat hasil survei")).to_have_count(0)
    desk.picture(fitri, "03c-the-visit-is-anothers")
    lina.reload()
    expect(lina.get_by_role("link", name="Catat hasil survei")).to_be_visible()
    lina.goto(f"{KANTOR}/application/{application.uid}/deed/survey/")
    lina.fill("input[name=monthly_sales]", "1.500.000")
    lina.fill("input[name=monthly_costs]", "1.900.000")
    lina.fill("textarea[name=notes]", "Warung tutup dua kali saat didatangi; catatan penjualan belum ada.")
    lina.locator("[name=is_recommended]").last.check()
    desk.picture(lina, "04-verifier-survey")
    press(lina, "Catat hasil survei")
    expect(lina.get_by_text("Sudah disurvei").first).to_be_visible()
    desk.picture(lina, "05-verifier-done")


def appeals(desk: Desk, yani: Page, fits: Callable[[Page], None], tmp_path: Path) -> None:
    """The owner says why, with a photo of her notes."""
    yani.get_by_role("link", name="Ajukan keberatan").click()
    press(yani, "Kirim keberatan")
    see(yani, "Tuliskan mengapa")
    yani.fill("textarea[name=reason]", "Warung sudah buka setiap hari sejak bulan lalu, catatannya saya lampirkan.")
    note = tmp_path / "catatan.jpg"
    note.write_bytes(picture())
    yani.set_input_files("input[type=file][name=document] >> nth=0", note)
    fits(yani)
    desk.picture(yani, "09b-owner-appeals")
    press(yani, "Kirim keberatan")
    see(yani, "sedang diperiksa")
    desk.picture(yani, "09c-owner-waits")


def grants(desk: Desk, agus: Page, application: Application) -> None:
    """Not by who refused: by another approver, who then does not decide anew."""
    appeal = Appeal.objects.get()
    agus.goto(f"{KANTOR}/appeal/{appeal.uid}/change/")
    expect(agus.get_by_role("link", name="Kabulkan keberatan")).to_have_count(0)
    desk.picture(agus, "09d-not-by-who-refused")
    wati = desk.of(Role.APPROVER, name="Wati Suryani")
    wati.goto("/kantor/")
    wati.get_by_role("link", name="Keberatan atas penolakan").first.click()
    wati.get_by_role("link", name="Yani Astuti").first.click()
    desk.picture(wati, "09e-appeal")
    wati.get_by_role("link", name="Kabulkan keberatan").click()
    wati.fill("textarea[name=reason]", "Catatan penjualan menunjukkan warung buka rutin. Putuskan kembali.")
    desk.picture(wati, "09f-grant")
    press(wati, "Kabulkan keberatan")
    see(wati, "menunggu keputusan baru")
    wati.goto(f"{KANTOR}/application/{application.uid}/change/")
    expect(wati.get_by_role("link", name="Setujui", exact=True)).to_have_count(0)
    desk.picture(wati, "09g-decided-before")


def test_an_approver_refuses_with_a_reason_and_another_one_grants_the_owners_appeal(
    desk: Desk, fits: Callable[[Page], None], tmp_path: Path
) -> None:
    application = make.submitted(make.owner(full_name="Yani Astuti"), on=TODAY)
    visit(desk, application)
    agus = desk.of(Role.APPROVER)
    agus.goto("/kantor/")
    desk.picture(agus, "06-approver-desk")
    agus.goto(f"{KANTOR}/application/{application.uid}/change/")
    see(agus, "Warung tutup dua kali")
    desk.picture(agus, "07-approver-application")
    agus.goto(f"{KANTOR}/application/{application.uid}/deed/reject/")
    press(agus, "Tolak")
    expect(agus.get_by_role("alert").first).to_be_visible()
    agus.fill("textarea[name=reason]", "Usaha belum berjalan tetap. Ajukan lagi setelah tiga bulan buka rutin.")
    desk.picture(agus, "08-approver-refuses")
    press(agus, "Tolak")
    see(agus, "Ditolak")
    assert Application.objects.get().status == "REJECTED"
    yani = desk.by(application.person.user, application.person.village_id, phone=True)
    yani.goto(application.get_absolute_url())
    see(yani, "tiga bulan buka rutin")
    see(yani, "Keberatan dapat diajukan sampai")
    fits(yani)
    desk.picture(yani, "09-owner-refused")
    appeals(desk, yani, fits, tmp_path)
    grants(desk, agus, application)
    yani.goto(application.get_absolute_url())
    see(yani, "Keberatan Ibu/Bapak dikabulkan")
    see(yani, "Yang pernah diputuskan")
    fits(yani)
    desk.picture(yani, "09h-owner-granted")


def test_a_treasurer_hands_a_batch_to_the_bank_and_takes_its_answers(desk: Desk, tmp_path: Path) -> None:
    application = make.approved(make.owner(full_name="Yani Astuti"), on=TODAY)
    layout = bank.layout("XLSX", "BATCH")
    tuti = desk.of(Role.TREASURER)
    tuti.goto("/kantor/")
    desk.picture(tuti, "10-treasurer-desk")
    tuti.goto(f"{KANTOR}/bankbatch/")
    desk.picture(tuti, "11-batches-empty")
    tuti.goto(f"{KANTOR}/bankbatch/deed/buat/")
    tuti.select_option("select[name=layout]", str(layout.pk))
    desk.picture(tuti, "12-batch-make")
    tuti.locator("main button[type=submit]").last.click()
    desk.picture(tuti, "13-batch-made")
    tuti.goto(f"{KANTOR}/bankbatch/{BankBatch.objects.get().uid}/deed/unduh/")
    with tuti.expect_download() as got:
        press(tuti, "Unduh")
    assert got.value.suggested_filename.endswith(".xlsx")
    paper = Application.objects.get().paper
    tuti.goto(f"{KANTOR}/agreementpaper/{paper.uid}/change/")
    desk.picture(tuti, "14-agreement")
    answers = tmp_path / "jawaban.csv"
    answers.write_bytes(
        bank.content([{"number": paper.number, "answer": "CAIR", "disbursed_on": TODAY}], purpose="CONFIRMATION")
    )
    yusuf = desk.of(Role.TREASURER, name="Yusuf Ramadhan")
    for page, said, shown in (
        (tuti, "Ibu/Bapak yang menyerahkan pinjaman ini ke bank", "15-answers-are-anothers"),
        (yusuf, "Dicairkan: 1", "16-answers-taken"),
    ):
        page.goto(f"{KANTOR}/bankbatch/deed/jawaban/")
        page.select_option("select[name=layout]", str(bank.layout(purpose="CONFIRMATION").pk))
        page.set_input_files("input[type=file]", answers)
        page.locator("main button[type=submit]").last.click()
        see(page, said)
        desk.picture(page, shown)
    loan = Loan.objects.get(application=application)
    tuti.goto(f"{KANTOR}/loan/{loan.uid}/change/")
    desk.picture(tuti, "17-loan")
    yani = desk.by(application.person.user, application.person.village_id, phone=True)
    yani.goto(loan.get_absolute_url())
    desk.picture(yani, "18-owner-loan")


def bring_in(desk: Desk, tuti: Page, sheet: Path) -> None:
    """The same file twice: the second time adds nothing."""
    for _time in range(2):
        tuti.goto(f"{KANTOR}/statementfile/deed/masukkan/")
        tuti.select_option("select[name=layout]", str(bank.layout().pk))
        tuti.set_input_files("input[type=file]", sheet)
        tuti.locator("main button[type=submit]").last.click()
        jobs_run()
    see(tuti, "sudah pernah masuk")
    tuti.goto(f"/pekerjaan/{Job.objects.get().uid}/")
    desk.picture(tuti, "20-statement-job")
    tuti.goto(f"{KANTOR}/statementfile/")
    desk.picture(tuti, "21-statements")
    tuti.goto(f"{KANTOR}/statementline/")
    desk.picture(tuti, "22-lines")


def take_back(desk: Desk, page: Page, wrong: Repayment, picture: str) -> None:
    page.goto(f"{KANTOR}/repayment/{wrong.uid}/deed/batal/")
    page.fill("textarea[name=reason]", "Bukan setoran Ibu Suryani.")
    page.locator("main button[type=submit]").last.click()
    expect(page.get_by_text(re.compile("membukukan pembayaran ini|Pembayaran dibatalkan")).first).to_be_visible()
    desk.picture(page, picture)


def test_a_treasurer_imports_a_statement_matches_the_doubtful_line_and_another_takes_a_payment_back(
    desk: Desk, tmp_path: Path
) -> None:
    start = dt.date(2027, 1, 15)
    sure = make.loan(make.owner(full_name="Yani Astuti"), on=start)
    doubtful = make.loan(make.owner(full_name="Suryani Binti Abdullah"), on=start)
    sheet = tmp_path / "mutasi-maret.csv"
    rows = [
        bank.row("BSB-0001", 200_000, TODAY, loan_ref=sure.number, payer="YANI ASTUTI"),
        bank.row("BSB-0002", 200_000, TODAY, payer="SURYANI"),
        bank.row("BSB-0003", 6_500, TODAY, payer="BIAYA ADM"),
    ]
    sheet.write_bytes(bank.content(rows))
    tuti = desk.of(Role.TREASURER)
    bring_in(desk, tuti, sheet)
    line, fee = (StatementLine.objects.get(reference=f"BSB-000{n}") for n in (2, 3))
    tuti.goto(f"{KANTOR}/statementline/{line.uid}/deed/cocokkan/")
    see(tuti, doubtful.number)
    desk.picture(tuti, "23-doubtful")
    tuti.locator(f"input[name=choice][value='{doubtful.number}']").check()
    press(tuti, "Cocokkan")
    tuti.goto(f"{KANTOR}/statementline/{fee.uid}/deed/sisihkan/")
    tuti.fill("textarea[name=reason]", "Biaya administrasi bank, bukan angsuran.")
    press(tuti, "Sisihkan")
    assert Repayment.objects.count() == 2
    wrong = Repayment.objects.get(reference="BSB-0002")
    take_back(desk, tuti, wrong, "24-own-hand-refused")
    agus = desk.of(Role.APPROVER)
    agus.goto(f"{KANTOR}/repayment/{wrong.uid}/change/")
    desk.picture(agus, "25-repayment")
    take_back(desk, agus, wrong, "26-taken-back")
    wrong.refresh_from_db()
    assert wrong.reversed_by.full_name == NAMES[Role.APPROVER]
    assert Account.objects.get(pk=doubtful.account_id).balance == 2_000_000
    right = Repayment.objects.get(reference="BSB-0001")
    yani = desk.by(sure.person.user, sure.person.village_id, phone=True)
    yani.goto(sure.get_absolute_url())
    desk.picture(yani, "27-owner-loan")
    stranger = desk.new_page(PHONE)
    stranger.goto(reverse("revolving_funds:receipt-verify", args=[right.uid]))
    desk.picture(stranger, "28-receipt-check")


def test_a_claim_goes_through_three_hands(desk: Desk, tmp_path: Path) -> None:
    start = dt.date(2027, 1, 15)
    loan = make.loan(make.owner(full_name="Yani Astuti"), on=start)
    sheet = tmp_path / "tagihan.csv"
    sheet.write_bytes(bank.content([{"number": loan.number, "billed": 12_000}], purpose="BILL"))
    tuti = desk.of(Role.TREASURER)
    tuti.goto(f"{KANTOR}/subsidyclaim/deed/masukkan/")
    tuti.select_option("select[name=agreement]", str(loan.pool.agreement_id))
    tuti.fill("input[name=month]", "2027-02-01")
    tuti.select_option("select[name=layout]", str(bank.layout(purpose="BILL").pk))
    tuti.set_input_files("input[type=file]", sheet)
    desk.picture(tuti, "30-bill")
    tuti.locator("main button[type=submit]").last.click()
    jobs_run()
    claim = SubsidyClaim.objects.get()
    agus = desk.of(Role.APPROVER)
    agus.goto(f"{KANTOR}/subsidyclaim/{claim.uid}/change/")
    see(agus, loan.number)
    desk.picture(agus, "31-claim")
    follow(agus, "Setujui")
    press(agus, "Setujui")
    see(agus, NAMES[Role.APPROVER])
    tuti.goto(f"{KANTOR}/subsidyclaim/{claim.uid}/deed/bayar/")
    tuti.fill("input[name=sp2d]", "SP2D/0091/2027")
    tuti.fill("input[name=paid_on]", str(TODAY))
    desk.picture(tuti, "32-claim-pay")
    tuti.locator("main button[type=submit]").last.click()
    desk.picture(tuti, "33-claim-paid")
    claim.refresh_from_db()
    assert (claim.status, claim.approved_by.full_name) == ("PAID", NAMES[Role.APPROVER])


def test_an_auditor_goes_from_the_trial_balance_down_to_the_act_and_its_actor(desk: Desk) -> None:
    january = dt.date(2027, 1, 15)
    loan = make.loan(make.owner(full_name="Yani Astuti"), on=january)
    make.repay(loan, 200_000, dt.date(2027, 2, 15), by=make.treasurer())
    month = Period.objects.get(dates__contains=january)
    tuti = desk.of(Role.TREASURER)
    tuti.goto(f"/kantor/ledger/period/{month.uid}/deed/tutup/")
    desk.picture(tuti, "40-close")
    tuti.locator("main button[type=submit]").last.click()
    bambang = desk.of(Role.AUDITOR)
    bambang.goto("/kantor/")
    desk.picture(bambang, "41-auditor-desk")
    bambang.goto("/kantor/ledger/period/")
    desk.picture(bambang, "42-months")
    bambang.goto(f"/kantor/ledger/period/{month.uid}/change/")
    see(bambang, month.seals.order_by("day")[0].seal[:8])
    desk.picture(bambang, "43-trial-balance-and-seals")
    bambang.goto(f"/kantor/ledger/account/{loan.account.uid}/change/")
    desk.picture(bambang, "44-account")
    entry = Transaction.objects.get(kind="REPAID")
    bambang.goto(f"/kantor/ledger/transaction/?account={loan.account.uid}")
    desk.picture(bambang, "45-entries")
    bambang.goto(f"/kantor/ledger/transaction/{entry.uid}/change/")
    see(bambang, loan.repayments.get().receipt_number)
    desk.picture(bambang, "46-entry")
    bambang.goto("/kantor/ledger/period/deed/ekspor/")
    desk.picture(bambang, "47-export")
    bambang.locator("main button[type=submit]").last.click()
    jobs_run()
    bambang.goto(f"/pekerjaan/{Job.objects.get().uid}/")
    desk.picture(bambang, "48-export-done")
    bambang.goto(f"/kantor/ledger/period/{month.uid}/deed/tutup/")
    expect(bambang.get_by_role("heading", level=1)).to_contain_text("bukan untuk akun Ibu/Bapak")


def handed_over(*names: str) -> dict[str, AgreementPaper]:
    """Approved loans of these owners, in a batch that the treasurer has made."""
    rows = {name: make.approved(make.owner(full_name=name), on=TODAY) for name in names}
    batches.make(
        office=make.office(), layout=bank.layout("XLSX", "BATCH"), by=make.treasurer(), now=noon(TODAY), on=TODAY
    )
    return {name: AgreementPaper.objects.get(application=row) for name, row in rows.items()}


def of_another_bank(name: str) -> AgreementPaper:
    """The same at the bank next door."""
    pool = make.pool(50_000_000, year=2027, at="bjb")
    asked = make.surveyed(make.owner(full_name=name), on=TODAY)
    applications.approve(application=asked, by=make.approver(), now=noon(TODAY), on=TODAY, pool=pool)
    layout = bank.layout("XLSX", "BATCH", at="bjb")
    batches.make(office=make.office(), layout=layout, by=make.treasurer(), now=noon(TODAY), on=TODAY)
    return AgreementPaper.objects.get(application=asked)


def given_a_bank(desk: Desk, fajar: Page, tuti: Page) -> None:
    """Nothing is there before the office has said for which bank he speaks."""
    fajar.goto("/")
    see(fajar, "Belum siap")
    desk.picture(fajar, "50-bank-officer-without-bank")
    user = User.objects.get(full_name=NAMES[Role.BANK])
    tuti.goto(f"{KANTOR}/bankaccess/deed/beri/")
    tuti.select_option("select[name=user]", str(user.pk))
    tuti.select_option("select[name=bank]", str(make.bank().pk))
    desk.picture(tuti, "51-access-given")
    tuti.locator("main button[type=submit]").last.click()
    see(tuti, "hanya ditampilkan sekali")


def answers(desk: Desk, fajar: Page, papers: dict[str, AgreementPaper]) -> None:
    """The list as a file, the agreement, one paid out and one refused."""
    fajar.goto("/")
    expect(fajar.get_by_role("heading", level=1)).to_have_text(make.bank().name)
    seen(desk, fajar, "52-bank-home")
    with fajar.expect_download() as got:
        press(fajar, "Unduh")
    assert got.value.suggested_filename.endswith(".xlsx")
    assert Event.objects.filter(verb="batch.downloaded").count() == 1
    follow(fajar, "Yani Astuti")
    seen(desk, fajar, "53-bank-answer")
    printed = fajar.request.get(reverse("revolving_funds:bank-agreement", args=[papers["Yani Astuti"].uid]))
    assert printed.body().startswith(b"%PDF")
    fajar.locator("input[name=answer][value=DISBURSED]").check()
    press(fajar, "Kirim jawaban")
    see(fajar, "Dicairkan sebagai pinjaman")
    follow(fajar, "Rahma Dewi")
    fajar.locator("input[name=answer][value=REFUSED]").check()
    press(fajar, "Kirim jawaban")
    expect(fajar.locator("[data-errors]")).to_be_focused()
    seen(desk, fajar, "54-bank-refuses")
    fajar.fill("textarea[name=reason], input[name=reason]", "Rekening sudah tidak aktif.")
    press(fajar, "Kirim jawaban")
    see(fajar, "Tidak ada yang menunggu")
    refused = papers["Rahma Dewi"].application
    rahma = desk.by(refused.person.user, refused.person.village_id, phone=True)
    rahma.goto(refused.get_absolute_url())
    see(rahma, "Rekening sudah tidak aktif")
    desk.picture(rahma, "55-owner-reads-the-banks-reason")


def sends(fajar: Page, purpose: str, sheet: Path, rows: list[dict[str, object]]) -> None:
    sheet.write_bytes(bank.content(rows, purpose=purpose))
    fajar.goto("/dana/bank/kirim/")
    fajar.select_option("select[name=layout]", str(bank.layout(purpose=purpose).pk))
    if purpose == "BALANCES":
        fajar.fill("input[name=as_of]", str(TODAY))
    fajar.set_input_files("input[type=file]", sheet)
    press(fajar, "Kirim")
    fajar.wait_for_url("**/dana/bank/")


def sees_nothing_of(desk: Desk, fajar: Page, foreign: AgreementPaper) -> None:
    """Another bank's agreement, list and loans, and the desks of the office."""
    see(fajar, make.bank().name)
    assert "Tuti Herawati" not in fajar.content()
    for name in ("bank-answer", "bank-agreement"):
        assert fajar.request.get(reverse(f"revolving_funds:{name}", args=[foreign.uid])).status == 404
    batch = BankBatch.objects.get(bank__code="bjb")
    token = {cookie["name"]: cookie["value"] for cookie in fajar.context.cookies()}["csrftoken"]
    headers = {"X-CSRFToken": token}
    taken = fajar.request.post(reverse("revolving_funds:bank-batch", args=[batch.uid]), headers=headers)
    assert taken.status == 404
    for page in ("loan", "application", "bankbatch", "statementfile", "repayment"):
        assert fajar.request.get(f"{KANTOR}/{page}/").url.endswith("/dana/bank/")  # sent back to his own


def test_a_bank_officer_answers_and_reports_for_her_own_loans_alone(desk: Desk, tmp_path: Path) -> None:
    papers = handed_over("Yani Astuti", "Rahma Dewi")
    foreign = of_another_bank("Tuti Herawati")
    fajar, tuti = desk.of(Role.BANK), desk.of(Role.TREASURER)
    given_a_bank(desk, fajar, tuti)
    answers(desk, fajar, papers)
    loan = Loan.objects.get()
    row = bank.row("BSB-0001", 200_000, TODAY, loan_ref=loan.number, payer="YANI ASTUTI")
    for _time in range(2):
        sends(fajar, "STATEMENT", tmp_path / "mutasi.csv", [row])
        jobs_run()
    fajar.reload()
    see(fajar, "1 dibukukan")
    assert Repayment.objects.get().loan_id == loan.pk
    sends(fajar, "BALANCES", tmp_path / "saldo.csv", [{"number": loan.number, "balance": 1_900_000}])
    see(fajar, "1 pinjaman berbeda")
    seen(desk, fajar, "56-bank-home-later")
    fajar.goto("/dana/bank/kirim/")
    seen(desk, fajar, "57-bank-sends")
    fajar.goto("/dana/bank/selisih/")
    see(fajar, "Rp1.900.000")
    seen(desk, fajar, "58-bank-differences")
    fajar.goto("/dana/bank/pinjaman/")
    see(fajar, "Yani Astuti")
    seen(desk, fajar, "59-bank-loans")
    sees_nothing_of(desk, fajar, foreign)
