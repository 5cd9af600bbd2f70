"""Owners, and what somebody has typed of a registration so far."""

import json
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat, Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from foundation.common.crypto import EncryptedField, keyed_hash
from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from foundation.notifications.actions.outbox import Recipient
from foundation.regions.models import Region
from members.enums import (
    Sex,
    Source,
)
from members.models.tallies import PERSON_TRIGGERS

# A village code is `16.71.04.1001`; districts and regencies are shorter.
VILLAGE_CODE_LENGTH = 13


class PersonQuerySet(ScopedQuerySet["Person"]):
    def own(self, user: Any) -> Q:
        return Q(user_id=user.pk)

    def with_nik(self, nik: str) -> Self:
        """Whoever has this identity number: found by keyed hash, never by reading numbers."""
        return self.filter(nik_hash=keyed_hash(nik))

    def unlimited(self) -> Self:
        """Who has not asked to limit the use of her data to what the law and her own affairs need."""
        return self.filter(limited_at__isnull=True)

    def reachable(self) -> Self:
        """Whom an announcement may reach."""
        return self.unlimited().filter(Q(user__isnull=False) | ~Q(phone=""))

    def as_recipients(self) -> models.QuerySet[Any, Any]:
        """`Person.as_recipient` for many, as the columns that notifications.actions.broadcast reads."""
        return self.values(
            key=Concat(Value("person:"), Cast("pk", models.TextField()), output_field=models.TextField()),
            name=F("full_name"),
            account=F("user_id"),
            mobile=Coalesce("user__phone", "phone"),
            mail=Coalesce("user__email", "email"),
            language=Coalesce("user__language", Value("id")),
            region_code=F("village_id"),
        )


class Person(Record):
    """A business owner. Identity numbers are encrypted and shown masked."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("account"),
    )
    full_name = models.CharField(_("full name as on the ID card"), max_length=150)
    nik = EncryptedField(_("national identity number (NIK)"), blank=True)
    nik_hash = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 -- unique where there is one
    nik_tail = models.CharField(max_length=4, blank=True, editable=False)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    phone = models.CharField(_("WhatsApp number"), max_length=16, blank=True)
    email = models.EmailField(_("email"), blank=True)
    village = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("village/urban ward")
    )
    address = models.CharField(_("residential address"), max_length=200, blank=True)
    source = models.CharField(_("registered by"), max_length=12, choices=Source.choices)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # She asked to limit the use of her data (UU 27/2022 art. 11): left out of announcements and of lists that leave.
    limited_at = models.DateTimeField(_("use of the data limited since"), null=True, blank=True)
    # She objected to automatic decisions (art. 10): rules no longer move her stage, people do.
    objected_at = models.DateTimeField(_("no automatic decisions since"), null=True, blank=True)
    # Her data was erased: what is left names nobody.
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("business owner")
        verbose_name_plural = _("business owners")
        constraints = [
            models.UniqueConstraint(
                fields=["nik_hash"],
                name="person_nik_once",
                violation_error_message=_("This identity number is already registered."),
            ),
            models.CheckConstraint(
                name="person_nik_and_hash_together",
                condition=Q(nik="", nik_hash__isnull=True, nik_tail="")
                | (~Q(nik="") & Q(nik_hash__isnull=False, nik_tail__regex=r"^[0-9]{4}$")),
                violation_error_message=_("An identity number is stored with its hash or not at all."),
            ),
            models.CheckConstraint(
                name="person_lives_in_a_village",
                condition=Exact(Length("village"), VILLAGE_CODE_LENGTH),
                violation_error_message=_("Please choose the village or urban ward."),
            ),
            models.CheckConstraint(
                name="person_without_nik_has_phone",
                condition=Q(nik_hash__isnull=False) | ~Q(phone="") | Q(anonymised_at__isnull=False),
                violation_error_message=_("Without an identity number a mobile number is needed."),
            ),
            models.CheckConstraint(
                name="person_anonymised_names_nobody",
                condition=Q(anonymised_at__isnull=True)
                | Q(nik="", phone="", email="", address="", birth_date__isnull=True),
                violation_error_message=_("What is erased names nobody."),
            ),
            models.CheckConstraint(
                name="person_sex_known",
                condition=Q(sex="") | Q(sex__in=Sex.values),
                violation_error_message=_("This sex is not known."),
            ),
            models.CheckConstraint(
                name="person_source_known",
                condition=Q(source__in=Source.values),
                violation_error_message=_("This source is not known."),
            ),
        ]
        indexes = [
            models.Index(fields=["village", "full_name", "id"], name="person_village_name_idx"),
            models.Index(fields=["full_name", "id"], name="person_name_idx"),
            models.Index(fields=["phone"], name="person_phone_idx"),
            GinIndex(OpClass(F("full_name"), name="gin_trgm_ops"), name="person_name_trgm_idx"),
        ]
        triggers = PERSON_TRIGGERS

    def __str__(self) -> str:
        return self.full_name

    @property
    def nik_masked(self) -> str:
        """`•••• •••• •••• 0001`: enough to recognise one's own card."""
        return f"•••• •••• •••• {self.nik_tail}" if self.nik_tail else ""

    @property
    def office_code(self) -> str:
        return self.village_id[:5]

    def set_nik(self, nik: str) -> None:
        """Store a checked number (16 digits, see members.identifiers) with its hash and tail."""
        self.nik, self.nik_hash, self.nik_tail = nik, keyed_hash(nik), nik[-4:]

    def as_recipient(self) -> Recipient:
        """Whom the outbox writes to: the account's verified phone first, else the contact phone."""
        user = self.user
        return Recipient(
            key=f"person:{self.pk}",
            name=self.full_name,
            user_id=self.user_id,
            phone=(user.phone if user else None) or self.phone,
            email=(user.email if user else None) or self.email,
            language=user.language if user else "id",
            region_code=self.village_id,
        )


class RegistrationDraft(Record):
    """What somebody has typed so far in the registration, kept until it is sent. Encrypted: it holds a NIK."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # True: an assistant or officer fills it in for an owner; she may have several open.
    assisted = models.BooleanField(default=False)
    answers = EncryptedField()

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration draft")
        verbose_name_plural = _("registration drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(assisted=False),
                name="registrationdraft_own_once",
                violation_error_message=_("There is already a draft of your own registration."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.uid}"

    @property
    def content(self) -> dict[str, Any]:
        """The answers by step, and `done`: the steps that were right when they were sent."""
        found: dict[str, Any] = json.loads(self.answers or "{}")
        return found
