"""What members keeps of people, and the apps below it."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from foundation.notifications.models import Message, Silence, WebhookCall
from members.models import Business, CaseDocument, Licence, LicencePaper
from members.privacy.registry import (
    AT_WORK,
    GONE,
    Criterion,
    File,
    Part,
    Retention,
    Subject,
    Table,
    register,
)

PROOF = _("Proof of what was agreed or done; it says no more than the number of the record.")
STATISTICS = _("Counts without a name, kept for the figures of the office.")


def _shops(subject: Subject) -> Q:
    return Q(business__owner=subject.person)


def _papers(subject: Subject) -> list[StoredFile]:
    """Files of her licences and cases, and what she sent herself."""
    of_licences = LicencePaper.objects.filter(licence__business__owner=subject.person).values("file")
    of_cases = CaseDocument.objects.filter(case__business__owner=subject.person, file__isnull=False).values("file")
    mine = Q(pk__in=of_licences) | Q(pk__in=of_cases) | subject.account(stored_by=subject.user_id)
    return list(StoredFile.objects.filter(mine, removed_at__isnull=True).order_by("pk"))


def _files(subject: Subject) -> Iterator[File]:
    for row in _papers(subject):
        yield File(f"{row.purpose}/{row.pk}-{row.download_name}", row.path)


def _erase(subject: Subject, now: datetime) -> None:
    for row in _papers(subject):
        uploads.remove(row, by=None, now=now, reason="erasure")
    Licence.objects.filter(business__owner=subject.person).update(
        status="NONE", number="", issued_on=None, valid_to=None
    )
    if subject.person.phone:
        Silence.objects.filter(phone=subject.person.phone).delete()


MEMBERS = Part(
    name="members",
    title=_("Members"),
    tables=(
        Table(
            "members.Person",
            _("Me"),
            (
                "full_name",
                "nik",
                "sex",
                "birth_date",
                "phone",
                "email",
                "village__code",
                "village__name",
                "address",
                "source",
                "registered_at",
                "limited_at",
                "objected_at",
            ),
            lambda s: Q(pk=s.person.pk),
            keys=("user",),
            keep=_("Changed by the erasure itself."),
        ),
        Table(
            "members.Business",
            _("My businesses"),
            (
                "name",
                "address",
                "village__code",
                "kbli__code",
                "product",
                "capital",
                "annual_sales",
                "workers",
                "scale",
                "started_year",
                "status",
                "registered_at",
            ),
            lambda s: Q(owner=s.person),
            keys=("owner",),
            blank={"name": GONE, "address": "", "product": ""},
        ),
        Table(
            "members.Licence",
            _("My licences"),
            ("business__name", "kind", "status", "number", "issued_on", "valid_to"),
            _shops,
            keys=("business",),
            keep=_("Emptied by the erasure itself."),
        ),
        Table(
            "members.StatusPeriod",
            _("How my businesses fared"),
            ("business__name", "status", "start_at", "end_at", "source"),
            _shops,
            keys=("business",),
            blank={"reason": ""},
        ),
        Table(
            "members.LicenceCase",
            _("Help with licences"),
            ("business__name", "kind", "status", "opened_at", "due_on", "closed_at", "outcome"),
            _shops,
            keys=("business",),
            keep=STATISTICS,
        ),
        Table(
            "members.RecommendationLetter",
            _("Letters of the office"),
            ("number", "applicant", "address", "mark", "issued_at"),
            _shops,
            keys=("business",),
            keep=_("An issued letter of the office is kept by the law on archives (UU 43/2009)."),
        ),
        Table(
            "members.RegistrationDraft",
            _("A registration begun"),
            ("created_at", "updated_at"),
            lambda s: s.account(user=s.user_id),
            keys=("user",),
            drop=True,
        ),
        Table(
            "members.DuplicatePair",
            _("Records that resemble mine"),
            ("state", "found_at", "decided_at"),  # the other record is somebody else's (UU 27/2022 art. 33)
            lambda s: Q(first=s.person) | Q(second=s.person),
            keys=("first", "second"),
            drop=True,
        ),
        Table(
            "members.Merge",
            _("Records of mine that were made one"),
            ("gone_name", "merged_at", "undone_at"),
            lambda s: Q(kept=s.person),
            keys=("kept", "kept_business"),
            blank={"gone_name": GONE, "snapshot": ""},
        ),
        Table(
            "members.HandOver",
            _("Businesses I offered to others"),
            ("business__name", "start_on", "reason", "state", "asked_at", "decided_at"),
            lambda s: Q(person=s.person),
            keys=("person", "business"),
            blank={"phone": "", "reason": ""},
        ),
        Table(
            "members.DataRequest",
            _("My requests about my data"),
            ("kind", "text", "state", "asked_at", "decided_at", "answer", "hold_reason", "held_until"),
            lambda s: Q(person=s.person),
            keys=("person",),
            blank={"text": ""},
        ),
        Table(
            "members.DataCopy",
            _("Copies of my data"),
            ("asked_at", "ready_at", "fetched_at"),
            lambda s: Q(person=s.person),
            keys=("person",),
            keep=PROOF,
        ),
    ),
    exempt={"members.LicenceCase.officer": AT_WORK, "members.CaseOfficer.officer": AT_WORK},
    files=_files,
    erase=_erase,
)


def _messages(subject: Subject) -> Q:
    return Q(recipient_key=f"person:{subject.person.pk}") | subject.account(user=subject.user_id)


def _looks(subject: Subject) -> Q:
    return Q(object_kind="members.person", object_id=subject.person.pk)


FOUNDATION = Part(
    name="foundation",
    title=_("Account, messages and the audit trail"),
    tables=(
        Table(
            "accounts.User",
            _("My account"),
            ("phone", "email", "full_name", "language", "created_at", "last_login"),
            lambda s: s.account(pk=s.user_id),
            keep=_("Changed by the erasure itself."),
        ),
        Table(
            "accounts.Consent",
            _("My consents"),
            ("purpose", "text_version", "channel", "given_at", "withdrawn_at"),
            lambda s: Q(subject_key=f"person:{s.person.pk}") | s.account(user=s.user_id),
            keys=("user",),
            keep=PROOF,
        ),
        Table(
            "notifications.Message",
            _("Messages to me"),
            ("kind", "channel", "title", "body", "address", "status", "created_at", "sent_at", "read_at"),
            _messages,
            keys=("user",),
            blank={"recipient_name": GONE, "address": "", "title": "", "body": "", "params": {}, "secret": ""},
        ),
        Table(
            "notifications.Preference",
            _("What I switched off"),
            ("category", "channel"),
            lambda s: s.account(user=s.user_id),
            keys=("user",),
            drop=True,
        ),
        Table(
            "audit.Event",
            _("Who saw or changed my record"),
            ("at", "verb", "actor__full_name", "object_label", "data"),
            _looks,
            keep=_("The audit trail proves who did what and cannot be changed (UU 27/2022 art. 31)."),
        ),
        Table(
            "jobs.Job",
            _("Work that I started"),
            ("kind", "label", "state", "created_at", "finished_at"),
            lambda s: s.account(by=s.user_id),
            keys=("by",),
            keep=STATISTICS,
        ),
    ),
    exempt={
        "accounts.Assignment.user": AT_WORK,
        "audit.Event.actor": _("Her own deeds stand in the records they were done to."),
        "clients.Client.user": _("The account of a machine."),
        "clients.Answer.user": _("The account of a machine; answers are encrypted and go after 30 days."),
        "ledger.Transaction.maker": AT_WORK,
        "ledger.Transaction.checker": AT_WORK,
    },
)


def _old_messages(before: datetime) -> int:
    old = Message.objects.filter(created_at__lt=before).exclude(body="").exclude(status__in=("QUEUED", "SENDING"))
    return old.update(recipient_name=GONE, address="", title="", body="", params={}, secret="")


def _old_webhooks(before: datetime) -> int:
    return int(WebhookCall.objects.filter(received_at__lt=before, processed_at__isnull=False).delete()[0])


def hook_in() -> None:
    """Called when the app starts."""
    register(
        MEMBERS,
        criteria=(
            Criterion("all", _("Every member of the region"), Q),
            Criterion("with_nik", _("Members whose NIK is recorded"), lambda: Q(nik_hash__isnull=False)),
            Criterion("with_account", _("Members with an account"), lambda: Q(user__isnull=False)),
            Criterion(
                "with_business", _("Members with a business"), lambda: Q(pk__in=Business.objects.values("owner"))
            ),
        ),
    )
    register(
        FOUNDATION,
        retentions=(
            Retention("messages", _("Texts of messages"), _old_messages),
            Retention("webhooks", _("Raw reports of the WhatsApp platform"), _old_webhooks),
        ),
    )
