"""Every kind of page with something on it: clean for axe-core, one h1, no sideways scroll on the phone.

One world for all (tests/factories/world.py), one phone or desk for each test; also the paths that have to work without
JavaScript, since prepaid data often brings the page and not the script.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from members.models import Person
from monitoring.models import Response
from revolving_funds.models import Application
from tests.e2e.chapters.cast import press
from tests.e2e.conftest import PHONE
from tests.factories import revolving_funds as funds
from tests.factories.files import picture
from tests.factories.foundation import UserFactory
from tests.factories.world import CITY, DISTRICT, LONG_AGO, NOW, World
from trainings.models import Enrolment

pytestmark = [pytest.mark.ci, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    """Everybody and everything, on the morning of the world's day."""
    with time_machine.travel(NOW, tick=True):
        yield World()


@pytest.fixture
def look(axe: Callable[..., None], fits: Callable[[Page], None]) -> Callable[[Page, list[str]], None]:
    """Open each address; all faults are told together."""

    def check(page: Page, addresses: list[str]) -> None:
        faults = []
        for address in addresses:
            answer = page.goto(address)
            if answer is None or answer.status != 200:
                faults.append(f"{address} answers {answer and answer.status}")
                continue
            for test in (axe, fits):
                try:
                    test(page)
                except AssertionError as fault:
                    faults.append(f"{address}: {fault}")
        assert not faults, "\n".join(faults)

    return check


def test_pages_that_are_open_to_everybody(
    page_phone: Page, world: World, look: Callable[[Page, list[str]], None]
) -> None:
    look(
        page_phone,
        [
            "/",
            "/akun/masuk/",
            "/akun/masuk/petugas/",
            "/akun/daftar/",
            "/privasi/",
            "/luring/",
            "/pelatihan/",
            f"/pelatihan/{world.training.uid}/",
            "/pelatihan/sertifikat/",
            f"/pelatihan/sertifikat/{world.certificate.code}/",
            f"/izin/surat/{world.letter.code}/",
            f"/forum/t/{world.topic.short}/",
            f"/kabar/{world.token}/",
        ],
    )


def test_pages_of_an_owner(
    page_phone: Page, world: World, look: Callable[[Page, list[str]], None], login_as: Callable[..., None]
) -> None:
    login_as(page_phone, world.owner.user, world.owner.village_id)
    business = f"/saya/usaha/{world.business.uid}/"
    look(
        page_phone,
        [
            f"/izin/usaha/{world.business.uid}/",
            f"/izin/usaha/{world.business.uid}/halal/bantuan/",
            f"/izin/usaha/{world.business.uid}/nib/surat/",
            f"/izin/kasus/{world.case.uid}/",
            f"/izin/kasus/{world.case.uid}/dokumen/1/",
            f"/izin/kasus/{world.case.uid}/tarik/",
            "/",
            "/pemberitahuan/",
            "/pemberitahuan/pengaturan/",
            "/akun/",
            "/pelatihan/",
            "/pelatihan/saya/",
            "/pelatihan/kartu/",
            "/pelatihan/kalender/",
            f"/pelatihan/{world.training.uid}/",
            f"/pelatihan/{world.training.uid}/tiket/",
            f"/pelatihan/{world.training.uid}/rencana/",
            f"/pelatihan/{world.training.uid}/tes/",
            f"/pelatihan/{world.training.uid}/penilaian/",
            f"/pelatihan/{world.training.uid}/hasil/",
            "/pelatihan/usulan/",
            "/pelatihan/usulan/baru/",
            f"/pelatihan/usulan/{world.wish.uid}/",
            "/dana/",
            f"/dana/permohonan/{world.application.uid}/",
            f"/dana/kelompok/{world.group.uid}/",
            "/forum/",
            "/forum/papan/",
            f"/forum/papan/{world.topic.board.uid}/",
            "/forum/diikuti/",
            "/forum/cari/?q=pempek",
            "/forum/tulis/",
            f"/forum/topik/{world.topic.uid}/",
            f"/forum/tulisan/{world.post.uid}/laporkan/",
            "/saya/",
            "/saya/ubah/",
            business,
            f"{business}izin/nib/",
            "/saya/usaha/baru/",
            f"{business}alih/",
            f"/alih/{world.hand_over.uid}/",
            "/data-saya/",
            "/data-saya/siapa-melihat/",
            "/data-saya/perbaikan/",
            "/data-saya/batas/",
            "/data-saya/hapus/",
            f"/data-saya/salinan/{world.data_copy.uid}/",
        ],
    )


def test_pages_of_a_bank_officer(
    page_desk: Page, world: World, look: Callable[[Page, list[str]], None], login_as: Callable[..., None]
) -> None:
    officer = world.people["bank"]
    assert officer
    login_as(page_desk, officer, CITY)
    pages = ["bank/", "bank/kirim/", "bank/pinjaman/", "bank/selisih/", f"bank/jawaban/{world.paper.uid}/"]
    look(page_desk, [f"/dana/{page}" for page in pages])


def test_pages_of_a_verifier_in_the_field(
    page_phone: Page, world: World, look: Callable[[Page, list[str]], None], login_as: Callable[..., None]
) -> None:
    verifier = world.people["verifier"]
    assert verifier
    login_as(page_phone, verifier, CITY)
    look(page_phone, ["/dana/survei/", "/dana/survei/ponsel/", f"/dana/survei/{world.application.uid}/"])


def test_pages_of_a_borrower(
    page_phone: Page, world: World, look: Callable[[Page, list[str]], None], login_as: Callable[..., None]
) -> None:
    login_as(page_phone, world.other.user, world.other.village_id)
    look(
        page_phone,
        [
            "/",
            "/dana/",
            "/dana/kelompok/",
            f"/dana/pinjaman/{world.loan.uid}/",
            f"/dana/kuitansi/{world.repayment.uid}/",
        ],
    )


def test_pages_of_a_refused_owner(
    page_phone: Page, world: World, look: Callable[[Page, list[str]], None], login_as: Callable[..., None]
) -> None:
    own = f"/dana/permohonan/{world.refused.uid}/"
    login_as(page_phone, world.refused.person.user, world.refused.village_id)
    look(page_phone, ["/dana/", own, f"{own}keberatan/"])


def test_pages_of_an_assistant(
    page_phone: Page, world: World, look: Callable[[Page, list[str]], None], login_as: Callable[..., None]
) -> None:
    assistant = world.people["facilitator"]
    assert assistant
    login_as(page_phone, assistant, DISTRICT)
    person, training, task = (f"/binaan/{world.owner.uid}/", f"/pelatihan/{world.training.uid}/", world.task.uid)
    look(
        page_phone,
        [
            "/",
            "/saya/",
            "/binaan/",
            person,
            f"{person}ubah/",
            f"{person}usaha/{world.business.uid}/",
            f"{person}usaha/{world.business.uid}/izin/pirt/",
            "/izin/kasus/",
            f"/izin/kasus/{world.case.uid}/",
            f"/izin/kasus/{world.case.uid}/langkah/",
            f"/izin/kasus/{world.case.uid}/terbit/",
            "/pelatihan/baru/",
            f"/pelatihan/baru/?salin={world.training.uid}",
            "/pelatihan/kelompok/",
            f"/pelatihan/kelompok/{world.community.uid}/",
            "/pelatihan/rtl/",
            f"/pelatihan/rtl/{world.step.uid}/lepas/",
            f"/pelatihan/usulan/{world.wish.uid}/",
            f"/pelatihan/{world.training.uid}/topik/",
            f"/pelatihan/{world.training.uid}/tes/soal/",
            f"/pelatihan/{world.training.uid}/peserta/{world.enrolment.uid}/rencana/",
            training,
            f"{training}kelola/",
            f"{training}dokumen/",
            f"{training}ubah/",
            f"{training}batalkan/",
            f"{training}peserta/",
            f"{training}peserta/tambah/?q=zzz",
            f"{training}pintu/",
            f"{training}pindai/",
            f"{training}layar/",
            f"{training}jadwal/",
            f"{training}tim/",
            f"{training}jangkauan/",
            f"{training}lembar/tandai/",
            f"{training}bereskan/",
            f"{training}bereskan/tamu/{world.guest.uid}/",
            f"{training}bereskan/ponsel/{world.device.uid}/",
            f"{training}bereskan/absen/{world.absence.uid}/",
            f"{training}peserta/berkas/",
            f"{training}peserta/kurangi/",
            "/tugas/",
            f"/tugas/{task}/",
            f"/tugas/{task}/jawaban/",
            "/forum/moderasi/",
            f"/forum/moderasi/{world.report.uid}/",
        ],
    )


def test_main_pages_of_the_office(
    page_desk: Page, world: World, axe: Callable[..., None], login_as: Callable[..., None]
) -> None:
    addresses = {
        "staff": [
            "/kantor/",
            "/kantor/members/person/",
            f"/kantor/members/person/{world.owner.uid}/change/",
            "/kantor/members/business/",
            "/kantor/members/licencecase/",
            f"/kantor/members/licencecase/{world.case.uid}/change/",
            f"/kantor/members/licencecase/{world.case.uid}/deed/dokumen/",
            f"/kantor/members/licencecase/{world.case.uid}/deed/surat/",
            f"/kantor/members/recommendationletter/{world.letter.uid}/change/",
            f"/kantor/members/licenceprocess/{world.case.process.uid}/deed/ubah/",
            "/kantor/members/licencerule/",
            "/kantor/members/licenceterm/",
            "/kantor/members/scalerule/",
            "/kantor/members/kbli/?q=keripik",
            f"/kantor/members/business/{world.business.uid}/change/",
            "/kantor/members/licence/",
            "/kantor/trainings/topicproposal/",
            f"/kantor/trainings/topicproposal/{world.wish.uid}/change/",
            f"/kantor/trainings/yearplan/{world.plan.uid}/change/",
            f"/kantor/trainings/yearplan/{world.plan.uid}/deed/change/",
            f"/kantor/members/duplicatepair/{world.pair.uid}/change/",
            f"/kantor/members/duplicatepair/{world.pair.uid}/deed/gabung/",
            f"/kantor/members/merge/{world.merge.uid}/change/",
            "/kantor/members/doubt/",
            f"/kantor/members/claimrequest/{world.claim.uid}/change/",
            "/kantor/members/stagerule/",
            "/kantor/members/importrun/",
            "/kantor/members/importrun/deed/unggah/",
            f"/kantor/members/importrun/{world.upload.uid}/change/",
            f"/pekerjaan/{world.office_job.uid}/",
            "/kantor/members/person/?nik=0",
            f"/kantor/members/business/{world.business.uid}/deed/alih/",
            f"/kantor/members/business/{world.hand_over.business.uid}/deed/gabung/",
            "/kantor/trainings/training/",
            f"/kantor/trainings/training/{world.training.uid}/change/",
            "/kantor/monitoring/task/",
            "/kantor/angka/district_scale/?office=16.71",
            "/kantor/angka/trainings_stages/?office=16.71",
            "/kantor/angka/district_stage/?office=16.71&as_of=2026-03-01",
        ],
        "verifier": [
            "/kantor/",
            "/kantor/revolving_funds/application/",
            f"/kantor/revolving_funds/application/{world.application.uid}/change/",
            f"/kantor/revolving_funds/application/{world.refused.uid}/deed/keberatan/",
        ],
        "approver": [
            "/kantor/revolving_funds/agreement/",
            "/kantor/revolving_funds/agreement/deed/baru/",
            "/kantor/revolving_funds/visit/?outcome=to-ease",
            "/kantor/revolving_funds/application/?langkah=decide",
            "/kantor/revolving_funds/appeal/",
            f"/kantor/revolving_funds/appeal/{world.appeal.uid}/change/",
            f"/kantor/revolving_funds/appeal/{world.appeal.uid}/deed/kabulkan/",
            f"/kantor/revolving_funds/pool/{world.pool.uid}/deed/rekening/",
            "/kantor/angka/fund-officer/?office=16.71",
        ],
        "treasurer": [
            "/kantor/revolving_funds/loan/",
            "/kantor/revolving_funds/loan/?cohort=2026-Q1&state=due",
            f"/kantor/revolving_funds/loan/{world.loan.uid}/change/",
            "/kantor/revolving_funds/statementfile/",
            "/kantor/revolving_funds/statementfile/deed/masukkan/",
            "/kantor/revolving_funds/filelayout/",
            "/kantor/revolving_funds/filelayout/deed/tambah/",
            "/kantor/revolving_funds/filelayout/deed/coba/",
            f"/kantor/revolving_funds/statementline/{world.line.uid}/change/",
            f"/kantor/revolving_funds/statementline/{world.line.uid}/deed/cocokkan/",
            "/kantor/revolving_funds/difference/",
            f"/kantor/revolving_funds/subsidyclaim/{world.bill.uid}/change/",
            f"/kantor/revolving_funds/bankbatch/{world.batch.uid}/change/",
            f"/kantor/ledger/period/{world.period.uid}/change/",
        ],
    }
    for role, pages in addresses.items():
        user = world.people[role]
        assert user
        login_as(page_desk, user, CITY)
        for address in pages:
            answer = page_desk.goto(address)
            assert answer, address
            assert answer.status == 200, address
            axe(page_desk)
            wide, room = page_desk.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert wide <= room, address


def test_no_number_of_the_desk_leads_to_a_shut_door(
    page_desk: Page, world: World, login_as: Callable[..., None]
) -> None:
    """A treasurer sees every figure, but the lists of other desks are not hers."""
    treasurer = world.people["treasurer"]
    assert treasurer
    login_as(page_desk, treasurer, CITY)
    page_desk.goto("/kantor/")
    addresses = page_desk.eval_on_selector_all("main a[href]", "links => links.map((link) => link.href)")
    lists = {address for address in addresses if "/kantor/" in address and "rekapitulasi" not in address}
    assert any("revolving_funds/loan" in address for address in lists)
    firsts = {address.partition("?")[0]: address for address in lists}.values()
    assert [page_desk.request.get(address).status for address in firsts] == [200] * len(firsts)


@pytest.fixture
def plain(new_page: Callable[..., Page]) -> Page:
    """A telephone on which no script runs."""
    return new_page(PHONE, java_script_enabled=False)


def test_an_owner_enrols_asks_and_applies_without_javascript(
    plain: Page, world: World, login_as: Callable[..., None]
) -> None:
    person = funds.owner(full_name="Siti Aminah", user__created_at=LONG_AGO)
    login_as(plain, person.user, person.village_id)
    plain.goto(f"/pelatihan/{world.training.uid}/")
    press(plain, "Daftar")
    expect(plain.get_by_text("Tiket").first).to_be_visible()
    assert Enrolment.objects.filter(training=world.training, person=person).exists()
    plain.goto("/forum/tulis/")
    plain.fill("input[name=title]", "Kemasan apa yang tahan minyak?")
    plain.fill("textarea[name=body]", "Keripik saya cepat lembek di plastik biasa.")
    press(plain, "Kirim pertanyaan")
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Kemasan apa")
    plain.goto("/dana/")
    press(plain, "Ajukan pinjaman")
    plain.fill("input[name=monthly_sales]", "6.000.000")
    press(plain, "Lanjut")
    plain.fill("input[name=amount]", "2.000.000")
    plain.locator("[name=purpose]").first.check()
    press(plain, "Lanjut")
    for name in ("place", "ktp"):
        photo: Any = {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        plain.locator(f"input[type=file][name={name}]").last.set_input_files(photo)
    press(plain, "Lanjut")
    plain.check("input[name=agree]")
    press(plain, "Kirim")
    expect(plain.get_by_text("terkirim").first).to_be_visible()
    assert Application.objects.get(person=person).status == "SUBMITTED"


def test_a_newcomer_registers_and_an_owner_answers_without_javascript(
    plain: Page, world: World, login_as: Callable[..., None]
) -> None:
    plain.goto(f"/kabar/{world.token}/")
    plain.check("input[name=operating][value=ACTIVE]")
    plain.check("input[name=change][value=UP]")
    plain.select_option("select[name=band]", "TO_3M")
    plain.fill("input[name=workers]", "2")
    press(plain, "Kirim kabar")
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Terima kasih")
    assert Response.objects.filter(checkin=world.checkin).exists()
    newcomer = UserFactory(phone="+6281200005021", phone_verified=True, created_at=LONG_AGO)
    login_as(plain, newcomer)
    plain.goto("/daftar/diri/")
    plain.fill("input[name=full_name]", "Dewi Lestari")
    plain.fill("input[name=nik]", "9971044101750002")
    press(plain, "Lanjut")
    press(plain, "Lanjut")
    plain.fill("input[name=village_q]", world.owner.village.name)
    press(plain, "Lanjut")
    if plain.locator("input[name=village]").count():  # more than one of that name
        plain.locator("input[name=village]").first.check()
        press(plain, "Lanjut")
    plain.fill("input[name=name]", "Kue Bu Dewi")
    plain.fill("input[name=capital]", "4.000.000")
    press(plain, "Lanjut")
    press(plain, "Lanjut")
    plain.check("input[name=consent]")
    press(plain, "Kirim")
    expect(plain.get_by_text("Kue Bu Dewi").first).to_be_visible()
    assert Person.objects.get(user=newcomer).businesses.get().name == "Kue Bu Dewi"
