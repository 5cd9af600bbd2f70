"""The people whom the demo lets anybody be: one of each role (two where two hands are needed), all of Palembang.

Phones are of the block 0812-0000, which no operator gives out; emails end in `.example`, which no network knows.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.actions import people as accounts
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.accounts.texts import VERSION
from foundation.regions.models import Region
from members.actions import people as members
from members.entries import BusinessEntry, ConsentEntry, LicenceEntry, PersonEntry
from members.enums import LicenceKind, LicenceStatus, Source
from members.models import Business, Licence, Person
from revolving_funds.actions import bank_access
from revolving_funds.models import Agreement, BankAccess
from trainings.actions import enrolments, trainings
from trainings.models import Training

PASSWORD: Final = "mari-coba-guyub"  # noqa: S105 -- of made-up people, in demo mode only
SINCE: Final = dt.date(2025, 1, 2)
DISTRICT, NEIGHBOUR, CITY, PROVINCE = "16.71.04", "16.71.14", "16.71", "16"
VILLAGE: Final = "16.71.04.1001"
AHEAD: Final = 7  # days until the training that the demo finds announced
TRAINING: Final[dict[str, Any]] = {
    "title": "Mengurus P-IRT dari awal sampai terbit",
    "summary": "Pulang membawa berkas P-IRT yang lengkap dan siap dikirim.",
    "capacity": 25,
    "venue": "Aula Kantor Kecamatan Ilir Barat Satu",
    "address": "Jalan Demang Lebar Daun, Palembang",
    "bring": "KTP, NIB, dan satu contoh produk",
}
FULL: Final[dict[str, Any]] = {
    "title": "Menghitung harga jual yang pas",
    "summary": "Pulang dengan harga pokok dan harga jual produk sendiri.",
    "capacity": 8,
    "venue": "Balai Kelurahan Bukit Lama",
    "address": "Jalan Srijaya Negara, Palembang",
    "bring": "Catatan belanja bahan dan alat tulis",
}


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to be. `role` is None for an owner; `what` says in a line what can be tried."""

    key: str
    name: str
    what: Any
    role: Role | None = None
    region: str = ""
    phone: str = ""
    email: str = ""
    business: str = ""
    product: str = ""
    nib: bool = False

    @property
    def is_owner(self) -> bool:
        """An owner with a business; a newcomer has none yet."""
        return bool(self.business)


DEMO_PEOPLE: Final[tuple[DemoPerson, ...]] = (
    DemoPerson(
        "yani",
        "Yani Astuti",
        _("Owner with a NIB: may apply for a loan, joins trainings"),
        phone="+6281200000101",
        business="Pempek Bu Yani",
        product="Pempek",
        nib=True,
    ),
    DemoPerson(
        "rahma",
        "Rahma Fitriani",
        _("Owner without a NIB: sees what is missing for a loan, is offered a place in a training"),
        phone="+6281200000102",
        business="Songket Cek Rahma",
        product="Kain songket",
    ),
    DemoPerson(
        "dewi",
        "Dewi Lestari",
        _("Newcomer: has only confirmed her number, the registration follows"),
        phone="+6281200000103",
    ),
    DemoPerson(
        "rizky",
        "Rizky Maulana",
        _("Assistant of Ilir Barat Satu: trainings, attendance, visits"),
        Role.FACILITATOR,
        DISTRICT,
        phone="+628120007104",
    ),
    DemoPerson(
        "sari",
        "Sari Wulandari",
        _("Assistant of Plaju, the district beside: sees nothing of Ilir Barat Satu"),
        Role.FACILITATOR,
        NEIGHBOUR,
        phone="+628120007114",
    ),
    DemoPerson(
        "hendra",
        "Hendra Saputra",
        _("Office staff: members, trainings, plans, reports"),
        Role.STAFF,
        CITY,
        email="hendra@dinas.example",
    ),
    DemoPerson(
        "lina",
        "Lina Marlina",
        _("Verification officer: visits who applied for a loan"),
        Role.VERIFIER,
        CITY,
        email="lina@dinas.example",
    ),
    DemoPerson(
        "fitri",
        "Fitri Oktaviani",
        _("Verification officer: looks at the papers, another one makes the visit"),
        Role.VERIFIER,
        CITY,
        email="fitri@dinas.example",
    ),
    DemoPerson(
        "agus",
        "Agus Salim",
        _("Approver: decides on loans that another person verified"),
        Role.APPROVER,
        CITY,
        email="agus@dinas.example",
    ),
    DemoPerson(
        "wati",
        "Wati Suryani",
        _("Second approver: answers appeals against a refusal, since who decided does not"),
        Role.APPROVER,
        CITY,
        email="wati@dinas.example",
    ),
    DemoPerson(
        "tuti",
        "Tuti Handayani",
        _("Treasurer: pays loans out and posts repayments"),
        Role.TREASURER,
        CITY,
        email="tuti@dinas.example",
    ),
    DemoPerson(
        "yusuf",
        "Yusuf Ramadhan",
        _("Assistant treasurer: hands approved loans to the bank, another one writes down its answers"),
        Role.TREASURER,
        CITY,
        email="yusuf@dinas.example",
    ),
    DemoPerson(
        "bambang",
        "Bambang Irawan",
        _("Auditor: sees everything, changes nothing"),
        Role.AUDITOR,
        CITY,
        email="bambang@inspektorat.example",
    ),
    DemoPerson(
        "ratna",
        "Ratna Kusuma",
        _("Observer of the province: figures, no names"),
        Role.OBSERVER,
        PROVINCE,
        email="ratna@provinsi.example",
    ),
    DemoPerson(
        "fajar",
        "Fajar Nugroho",
        _("Officer of a partner bank"),
        Role.BANK,
        CITY,
        email="fajar@bank.example",
    ),
    DemoPerson(
        "maya",
        "Maya Puspita",
        _("Partner: a university that gives trainings"),
        Role.PARTNER,
        CITY,
        email="maya@kampus.example",
    ),
)
NIB: Final = "9120000000016"  # 13 digits, issued to nobody
BY_KEY: Final = {person.key: person for person in DEMO_PEOPLE}


def account_of(person: DemoPerson) -> User | None:
    """The account of a demo person, once it is made."""
    where = {"phone": person.phone} if person.phone else {"email": person.email}
    return User.objects.filter(**where).first()


@transaction.atomic
def ensure_demo_people(now: dt.datetime) -> list[User]:
    """Make or complete the demo people; a second call changes nothing. Demo mode only.

    Owners take over a made-up owner of the seeded city where there is one, so that the city's counts stay true;
    in an empty city they are registered like anybody.
    """
    if not (settings.DEMO or settings.TEST):
        raise RuntimeError("Demo people exist in demo mode only.")
    users = [_ensure(person, now) for person in DEMO_PEOPLE]
    _invite(now)
    _speak_for_a_bank(now)
    return users


def _invite(now: dt.datetime) -> None:
    """Trainings of the assistant's lie ahead, so that the owners find an invitation and he a door to stand at."""
    rizky = account_of(BY_KEY["rizky"])
    if rizky is None or Training.objects.filter(facilitator=rizky, starts_at__gt=now).exists():
        return
    training = trainings.schedule(
        outline=trainings.Outline(**TRAINING),
        region=Region.objects.get(code=DISTRICT),
        slots=[_slot(now, AHEAD, "Menyiapkan berkas"), _slot(now, AHEAD + 1, "Mengisi dan mengirim permohonan")],
        facilitator=rizky,
        by=rizky,
        now=now,
    )
    trainings.publish(training=training, by=rizky, now=now)
    _offer(rizky, now)


def _offer(rizky: User, now: dt.datetime) -> None:
    """Another training is full; somebody has given her place back, and it is offered to Rahma, the first who waits."""
    rahma = Person.objects.filter(user=account_of(BY_KEY["rahma"])).first()
    places: int = FULL["capacity"]
    others = list(Person.objects.filter(village__code__startswith=DISTRICT, user=None).order_by("pk")[: places + 2])
    if rahma is None or len(others) < places + 2:
        return
    training = trainings.schedule(
        outline=trainings.Outline(**FULL),
        region=Region.objects.get(code=DISTRICT),
        slots=[_slot(now, AHEAD + 5, "Harga pokok"), _slot(now, AHEAD + 6, "Harga jual")],
        facilitator=rizky,
        by=rizky,
        now=now,
    )
    trainings.publish(training=training, by=rizky, now=now)
    leaves = enrolments.enrol(training=training, person=others[0], by=rizky, now=now)
    for person in [*others[1:places], rahma, *others[places:]]:
        enrolments.enrol(training=training, person=person, by=person.user or rizky, now=now)
    enrolments.cancel(enrolment=leaves, by=rizky, now=now)


def _speak_for_a_bank(now: dt.datetime) -> None:
    """The bank officer has a bank: the first one that the city works with."""
    fajar = account_of(BY_KEY["fajar"])
    agreement = Agreement.objects.inside(CITY).select_related("bank").order_by("pk").first()
    if fajar is not None and agreement is not None and not BankAccess.objects.filter(user=fajar).exists():
        bank_access.give(user=fajar, bank=agreement.bank, by=None, now=now)


def _slot(now: dt.datetime, days: int, title: str) -> trainings.Slot:
    """From nine to twelve in Palembang, UTC+7, so many days from now."""
    start = dt.datetime.combine(now.date() + dt.timedelta(days=days), dt.time(2), tzinfo=dt.UTC)
    return trainings.Slot(start, start + dt.timedelta(hours=3), title)


def _ensure(person: DemoPerson, now: dt.datetime) -> User:
    user = account_of(person)
    if user is None:
        user = User.objects.create_user(
            phone=person.phone or None,
            email=person.email or None,
            full_name=person.name,
            phone_verified=bool(person.phone),
            password=PASSWORD if person.email else None,
        )
    if user.full_name != person.name:
        user.full_name = person.name
        user.save(update_fields=["full_name", "updated_at"])
    if person.role is not None and not user.assignments.filter(role=person.role, end_on=None).exists():
        accounts.assign(user=user, role=person.role, region_code=person.region, start_on=SINCE, by=None, now=now)
    if person.is_owner and not Person.objects.filter(user=user).exists():
        _adopt(person, user, now) or _register(person, user, now)
    return user


def _adopt(person: DemoPerson, user: User, now: dt.datetime) -> bool:
    """Step into the place of a seeded owner of the district."""
    held = Licence.objects.filter(kind=LicenceKind.NIB, status=LicenceStatus.HELD)
    # Somebody who never asked for a loan: the ladder of the demo begins at its foot.
    businesses = Business.objects.operating().inside(DISTRICT).filter(owner__user=None, owner__applications=None)
    businesses = businesses.filter(licences__in=held) if person.nib else businesses.exclude(licences__in=held)
    business = businesses.filter(scale="MICRO").select_related("owner").order_by("pk").first()
    if business is None:
        return False
    owner = business.owner
    owner.user, owner.full_name, owner.phone, owner.sex = user, person.name, person.phone, "FEMALE"
    owner.save(update_fields=["user", "full_name", "phone", "sex", "updated_at"])
    business.name, business.product = person.business, person.product
    business.save(update_fields=["name", "product", "updated_at"])
    members.agree(person=owner, consent=_consent(), by=user, now=now)
    return True


def _register(person: DemoPerson, user: User, now: dt.datetime) -> bool:
    licences = [LicenceEntry(kind=LicenceKind.NIB, status=LicenceStatus.HELD, number=NIB)] if person.nib else []
    members.register(
        person=PersonEntry(full_name=person.name, village=VILLAGE, sex="FEMALE", phone=person.phone),
        source=Source.OWNER,
        by=user,
        now=now,
        consent=_consent(),
        business=BusinessEntry(name=person.business, village=VILLAGE, product=person.product, capital=8_000_000),
        licences=licences,
    )
    return True


def _consent() -> ConsentEntry:
    return ConsentEntry(text_version=VERSION, channel="web", whatsapp=True)
