"""One of everybody and one of everything, all in Ilir Barat Satu, Palembang: what the permission table is asked about."""

import datetime as dt
import uuid
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from forums.actions import reports
from forums.enums import ReportReason
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.audit import log
from foundation.audit.models import Event
from foundation.common import clock
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from foundation.jobs import kinds
from foundation.jobs.kinds import Kind
from foundation.jobs.models import Job
from foundation.ledger.models import Account, Period, Transaction
from foundation.notifications.kinds import Channel
from members.actions import breaches, copies, data_requests, duplicates, handovers, letters, merges
from members.enums import RequestKind
from members.models import ClaimRequest, Doubt, ImportRun, StageRule
from monitoring import links
from revolving_funds.actions import bank_access, capital, cases, closing, recoveries
from revolving_funds.enums import CaseKind
from revolving_funds.models import (
    AgreementPaper,
    AgreementTerms,
    Difference,
    LoanStanding,
    Policy,
    Pool,
    QualityScale,
    Tier,
    Visit,
)
from tests.factories import (
    clients,
    files,
    forums,
    licensing,
    monitoring,
    notifications,
    revolving_funds,
    statements,
    trainings,
)
from tests.factories.foundation import UserFactory, office, region, user_with_role
from tests.factories.members import BusinessFactory, PersonFactory
from trainings import handouts, rooms
from trainings.actions import communities, documents
from trainings.models import Absence, Certificate, DoorDevice, Guest, Scan, YearPlan

NOW: Final = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
DISTRICT, NEIGHBOUR, CITY, PROVINCE = "16.71.04", "16.71.14", "16.71", "16"
# Everybody of the table, in its order. An owner and another owner hold no role; the stranger is nobody.
PEOPLE: Final[dict[str, tuple[Role, str] | None]] = {
    "stranger": None,
    "owner": None,
    "other": None,
    "facilitator": (Role.FACILITATOR, DISTRICT),
    "neighbour": (Role.FACILITATOR, NEIGHBOUR),
    "staff": (Role.STAFF, CITY),
    "verifier": (Role.VERIFIER, CITY),
    "approver": (Role.APPROVER, CITY),
    "treasurer": (Role.TREASURER, CITY),
    "auditor": (Role.AUDITOR, CITY),
    "observer": (Role.OBSERVER, PROVINCE),
    "partner": (Role.PARTNER, CITY),
    "bank": (Role.BANK, CITY),
    "elsewhere": (Role.STAFF, "32.04"),
}
DOWNLOAD: Final = kinds.register(Kind("world.download", "Unduhan", lambda _run: None))
LONG_AGO: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class World:
    """`owner` has a business with a NIB, an application, a topic, a check-in and a notification; `other` has a loan."""

    def __init__(self) -> None:
        for code in (f"{DISTRICT}.1001", f"{NEIGHBOUR}.1001", "32.04.13.2001"):
            region(code)
        office(CITY)
        office("32.04")
        self.owner = revolving_funds.owner(user__created_at=LONG_AGO, user__full_name="Yani")
        self.other = revolving_funds.owner(user__created_at=LONG_AGO, village=region(f"{NEIGHBOUR}.1001"))
        self.people: dict[str, User | None] = {"stranger": None, "owner": self.owner.user, "other": self.other.user}
        for name, role in PEOPLE.items():
            if role is not None:
                self.people[name] = user_with_role(*role, created_at=LONG_AGO, email=f"{name}@dinas.example")
        self.business = self.owner.businesses.get()
        self._fund()
        self._forum()
        self._rest()

    def _data(self) -> None:
        self.data_request = data_requests.ask(
            person=self.owner, kind=RequestKind.ERASURE, text="", by=self.owner.user, now=NOW
        )
        assert self.owner.user is not None
        copy, _new = copies.ask(person=self.owner, by=self.owner.user, now=NOW)
        path = default_storage.save("copies/world.zip", ContentFile(b"PK"))
        self.data_copy = copies.finish(copy=copy, path=path, size=2, now=NOW)
        staff = self.people["staff"]
        assert staff is not None
        self.breach = breaches.record(
            region_code=CITY,
            title="Laptop hilang",
            happened_at=None,
            noticed_at=NOW,
            what="Nama",
            how="Hilang",
            done="Dicari",
            criterion="all",
            by=staff,
            now=NOW,
        )

    def _fund(self) -> None:
        self.pool: Pool = revolving_funds.pool()
        self.application = revolving_funds.checked(revolving_funds.submitted(self.owner, on=NOW.date()))
        self.group = revolving_funds.group(self.application)
        self.loan = revolving_funds.loan(self.other)
        first = self.loan.instalments.order_by("number").first()
        assert first is not None
        self.repayment = revolving_funds.repay(self.loan, first.amount, first.due_on)
        self._banks()
        self._trouble()

    def _trouble(self) -> None:
        """A loan that is late, a visit to its borrower, a promise, a proposal; a source of capital and a referral."""
        day, now = dt.date(2026, 3, 20), dt.datetime(2026, 3, 20, 3, tzinfo=dt.UTC)
        closing.close_day(office=office(CITY), on=day, now=now)
        self.standing = LoanStanding.objects.get()
        self.visit = Visit.objects.create(
            loan=self.loan, late_since=day, due_on=day, assignee=self.people["facilitator"]
        )
        by = self.people["verifier"]
        assert by is not None
        self.promise = recoveries.promise(loan=self.loan, amount=100_000, promised_on=day, by=by, now=now, on=day)
        self.loan_case = cases.propose(
            loan=self.loan, kind=CaseKind.RESTRUCTURE, reason="Sakit", by=by, now=now, on=day, tenor_months=12
        )
        values = {"kind": "KUR", "name": "KUR Mikro", "cost": "6 %", "conditions": "NIB", "how": "-", "contact": "-"}
        self.source = capital.keep(office=office(CITY), by=None, now=now, **values)
        self.referral = capital.refer(person=self.other, source=self.source, amount=5_000_000, by=by, now=now)
        self.appeal = revolving_funds.appeal()
        self.refused = revolving_funds.refused(revolving_funds.owner(user__created_at=LONG_AGO), now=NOW)
        lost = revolving_funds.loan(on=dt.date(2026, 1, 16))
        gone = cases.propose(loan=lost, kind=CaseKind.WRITE_OFF, reason="Bangkrut", by=by, now=now, on=day)
        boss = revolving_funds.approver()
        cases.approve(case=gone, by=boss, now=now, on=day, decree_number="SK/1", decree_on=day)
        self.recovery = recoveries.record(
            loan=lost, amount=1, paid_on=day, request_uid=uuid.uuid4(), by=revolving_funds.treasurer(), now=now, on=day
        )
        self.tier, self.policy = Tier.objects.order_by("pk").first(), Policy.objects.order_by("pk").first()
        self.terms = AgreementTerms.objects.order_by("pk").first()
        self.scale = QualityScale.objects.order_by("pk").first()

    def _banks(self) -> None:
        """A statement with a line that waits, a later one that changed it, and balances that differ."""
        day, rows = dt.date(2026, 2, 20), [statements.row("MUTASI-1", 15_000, dt.date(2026, 2, 17), payer="SURYANI")]
        self.statement = statements.received(rows, on=day)
        self.line = self.statement.lines.get()
        statements.received([{**rows[0], "amount": 20_000}], on=day)
        self.changed_line = self.line.differences.get()
        self.balances = statements.reported({self.loan.number: 1}, as_of=day)
        self.difference = Difference.objects.get()
        treasurer = self.people["treasurer"]
        assert treasurer is not None
        self.bill = statements.billed(self.pool, dt.date(2026, 2, 1), {self.loan.number: 1}, by=treasurer)
        approved = revolving_funds.approved(on=NOW.date())
        self.batch = statements.batch(by=treasurer, on=NOW.date())
        self.paper = AgreementPaper.objects.get(application=approved)
        officer = self.people["bank"]
        assert officer is not None
        self.access, _secret = bank_access.give(user=officer, bank=revolving_funds.bank(), by=None, now=NOW)
        self.period = Period.objects.order_by("pk").first()

    def _forum(self) -> None:
        self.topic = forums.topic(by=self.owner.user, on=forums.board(DISTRICT))
        self.post = forums.reply(self.topic, by=forums.owner(), at=forums.later(minutes=5))
        hidden = forums.reply(self.topic, by=forums.owner(), at=forums.later(minutes=6), body="Beli di sini saja")
        self.report = self._reported(hidden)

    def _reported(self, post: Any) -> Any:
        return reports.file(post=post, reason=ReportReason.SPAM, note="", by=forums.owner(), now=forums.later(hours=1))

    def _register(self) -> None:
        """Somebody registered twice, and two records already merged."""
        first, second, kept, gone = (PersonFactory() for _n in range(4))
        self.pair = duplicates.offer(one=first, other=second, reason="Sama", by=None, now=NOW)
        shop: Any = BusinessFactory()
        BusinessFactory(owner=shop.owner)
        heir = self.owner.user.phone
        self.hand_over = handovers.offer(
            business=shop, phone=heir, on=NOW.date(), reason="Anak", by=None, now=clock.now()
        )
        self.merge = merges.merge(kept=kept, gone=gone, by=None, now=NOW)
        self.doubt = Doubt.objects.create(person=first, about="nik", message="?", found_at=NOW)
        self.claim = ClaimRequest.objects.create(user=UserFactory(), person=first, reason="Milik saya", asked_at=NOW)
        self.rule = StageRule.objects.create(
            region_code=CITY, stage="CAPACITY", deed="LICENCE_HELD", valid_from=NOW.date()
        )

    def _door(self) -> None:
        session = self.training.sessions.get(number=1)
        times = {"scanned_at": NOW, "recorded_at": NOW}
        handout = uploads.store(
            files.upload(files.PDF, "bahan.pdf"), purpose=handouts.PURPOSE, by=self.training.facilitator, now=NOW
        )
        self.document = documents.attach(
            training=self.training, file=handout, title="Bahan", by=self.training.facilitator, now=NOW
        )
        self.community = communities.make(office_code=CITY, name="Penjahit Ilir", note="Busana", by=None, now=NOW)
        communities.add(community=self.community, people=[self.owner], by=None, now=NOW)
        self.scan = Scan.objects.create(session=session, way="GUEST", outcome="COUNTED", **times)
        self.guest = Guest.objects.create(training=self.training, scan=self.scan, name="Iis")
        self.device = DoorDevice.objects.create(
            training=self.training,
            device=uuid.UUID(int=1),
            user=self.training.facilitator,
            block=1,
            held_until=NOW + dt.timedelta(days=3650),
            seen_at=NOW,
        )
        self.absence = Absence.objects.create(
            session=session, enrolment=self.enrolment, marked_at=NOW, expires_on=dt.date(2027, 6, 1)
        )
        self.room = rooms.token(session, NOW)

    def _rest(self) -> None:
        self.training: Any = trainings.TrainingFactory(facilitator=self.people["facilitator"])
        self.enrolment: Any = trainings.EnrolmentFactory(training=self.training, person=self.owner)
        self._door()
        self.step: Any = trainings.ActionStepFactory(enrolment=self.enrolment)
        self.evaluation: Any = trainings.EvaluationFactory(enrolment=self.enrolment)
        self.wish: Any = trainings.TopicProposalFactory(proposed_by=self.owner)
        self.certificate: Any = Certificate.objects.create(
            enrolment=self.enrolment,
            office_code=CITY,
            year=2026,
            serial=1,
            number="1/2026",
            code="0123456789",
            holder_name="Yani",
            issued_at=NOW,
        )
        self.file = uploads.store(
            files.upload(files.PDF, "izin.pdf"), purpose=files.PAPER.name, by=self.owner.user, now=NOW
        )
        self.case = licensing.case(of=self.business, kind="BRAND")
        filing = letters.Filing(mark="Keripik Yani", goods="keripik", goods_class=29)
        clerk: Any = self.people["staff"]
        self.letter = letters.issue(business=self.business, filing=filing, case=self.case, by=clerk, now=NOW)
        self.plan = YearPlan.objects.create(office_code=CITY, year=2026)
        checkin: Any = monitoring.CheckInFactory(business=self.business, open=True, expires_on=dt.date(2026, 12, 15))
        self.token = links.token(checkin.uid)
        self.response: Any = monitoring.ResponseFactory(checkin__business=BusinessFactory())
        self.task: Any = monitoring.TaskFactory(
            assignee=self.people["facilitator"],
            checkin__business=BusinessFactory(),
            checkin__wave=3,
            checkin__expires_on=dt.date(2026, 12, 15),
            due_on=dt.date(2026, 12, 1),
        )
        self.checkin = checkin
        self.note: Any = notifications.MessageFactory(
            user=self.owner.user, channel=Channel.APP, status="SENT", sent_at=NOW, url="/akun/", region_code=DISTRICT
        )
        self.message: Any = notifications.MessageFactory(status="FAILED", region_code=DISTRICT)
        self.client: Any = clients.token("figures.read", now=NOW)[0]
        self._register()
        self._data()
        self.event: Event = log.record("person.seen", self.owner, by=None, now=NOW)
        self.job = self._job(self.owner.user)
        self.upload = self._upload()
        self.office_job = self._job(self.people["staff"])
        self.transaction = Transaction.objects.order_by("pk").first()
        self.account = Account.objects.order_by("pk").first()

    def _upload(self) -> ImportRun:
        """A spreadsheet that waits for its columns to be named."""
        sheet = {"name": "UMKM", "hidden": False, "recognised": True, "titles": ["Nama"], "samples": [["Yani"]]}
        return ImportRun.objects.create(
            office=office(CITY),
            by=self.people["staff"],
            file=StoredFile.objects.create(
                purpose="members_import",
                name="umkm.xlsx",
                kind="XLSX",
                size=1,
                sha256="0" * 64,
                path="files/00/none",
                stored_at=NOW,
                used_at=NOW,
                region_code=CITY,
            ),
            state="MAPPING",
            sheets=[{**sheet, "columns": {"0": "full_name"}, "below": 1, "height": 2}],
        )

    def _job(self, by: User | None) -> Job:
        """A download that is ready, seen by the one who asked for it alone."""
        job = Job(kind=DOWNLOAD.name, by=by, state="DONE", finished_at=NOW, result_name="daftar.csv")
        job.folder.mkdir(parents=True)
        (job.folder / "result.csv").write_text("a;b")
        job.result = f"jobs/{job.uid}/result.csv"
        job.save()
        return job
