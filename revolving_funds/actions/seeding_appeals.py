"""Two appeals of a made-up office, by letter: one waits for its answer, one was granted. Through the actions, as in life."""

from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import Role
from foundation.files.actions import uploads
from foundation.regions.models import Office
from revolving_funds.actions import appeals, applications
from revolving_funds.actions.seeding_history import Hands
from revolving_funds.actions.seeding_papers import drawing
from revolving_funds.models import Appeal, Application

WHY = (
    "Saat petugas datang warung tutup karena anak saya dirawat. Sekarang buka setiap hari dan catatan penjualan ada.",
    "Alamat usaha sudah pindah ke pasar sejak bulan lalu, jadi petugas datang ke tempat lama.",
)
REFUSED = "Usaha tidak berjalan saat dikunjungi."
GRANTED = "Surat keterangan pasar membenarkan tempat usaha yang baru."


def seed_appeals(*, office: Office, hands: Hands, as_of: date, now: datetime) -> int:
    """Two applications of those that wait are refused, and their owners write. Returns how many appeals were made."""
    approver, verifier = User.objects.get(pk=hands.approver), User.objects.get(pk=hands.verifiers[0])
    yesterday = now - timedelta(hours=18)
    rows = Application.objects.inside(office.region_id).to_decide().filter(surveyed_at__lt=yesterday)
    made = 0
    for application, why in zip(rows.order_by("surveyed_at", "pk")[: len(WHY)], WHY, strict=False):
        applications.reject(application=application, by=approver, now=yesterday, reason=REFUSED)
        scan = ContentFile(drawing("#f4f1e8", "SURAT", "Gambar untuk demo: surat keberatan"), name="surat-contoh.jpg")
        appeal = appeals.file(
            application=application,
            reason=why,
            by=verifier,
            now=now,
            on=as_of,
            document=uploads.store(scan, purpose=appeals.PURPOSE, by=verifier, now=now),
            letter=appeals.Letter(written_on=as_of - timedelta(days=1), arrived_on=as_of),
        )
        made += 1
        if made == len(WHY):
            _grant(appeal, office, approver, now)
    return made


def _grant(appeal: Appeal, office: Office, approver: User, now: datetime) -> None:
    """By an approver who did not refuse; where the office has one alone, it waits too."""
    held = Assignment.objects.in_force().filter(role=Role.APPROVER, region_code__startswith=office.region_id)
    other = held.exclude(user=approver).select_related("user").order_by("pk").first()
    if other is not None:
        appeals.grant(appeal=appeal, reason=GRANTED, by=other.user, now=now)
