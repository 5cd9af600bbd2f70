"""People who log in, and what each may do where."""

from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.roles import OFFICE_ROLES, PERMISSIONS, ROLE_LABELS, Role, roles_with
from foundation.common import clock
from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Region


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, *, phone: str | None = None, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(phone=phone or None, email=self.normalize_email(email) or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email: str, password: str, **fields: Any) -> "User":
        return self.create_user(email=email, password=password, is_superuser=True, is_staff=True, **fields)


class User(AbstractBaseUser, Record):
    """Owners log in by phone and one-time code; staff by e-mail, password and second factor."""

    phone = models.CharField(_("mobile number"), max_length=16, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    email = models.EmailField(_("email"), unique=True, null=True, blank=True)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("id", _("Indonesian")), ("en", _("English"))], default="id"
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the office face"), default=False)
    is_superuser = models.BooleanField(default=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                name="user_phone_or_email",
                condition=Q(phone__isnull=False) | Q(email__isnull=False),
                violation_error_message=_("An account needs a mobile number or an email address."),
            ),
            models.CheckConstraint(
                name="user_phone_is_indonesian_mobile",
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+628[0-9]{7,11}$"),
                violation_error_message=_("The mobile number must be Indonesian."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or str(self.uid)

    def get_full_name(self) -> str:
        return self.full_name

    def get_username(self) -> str:
        """What the person logs in with; never None, as the theme takes its first letter."""
        return self.email or self.phone or str(self.uid)

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] if self.full_name else ""

    @cached_property
    def scopes(self) -> list[tuple[Role, str]]:
        """The roles in force today with their region codes ('' = nation). One query, once per request."""
        rows = self.assignments.filter(in_force_on(clock.today())).order_by("pk").values_list("role", "region_code")
        return [(Role(role), code) for role, code in rows]

    def region_prefixes(self, permission: str) -> list[str]:
        """Region codes in which this account holds `permission`; [''] for the system's own administrator."""
        if not self.is_active:
            return []
        if self.is_superuser:
            return [""]
        roles = roles_with(permission)
        return sorted({code for role, code in self.scopes if role in roles})

    def has_role(self, role: Role) -> bool:
        return any(held == role for held, _code in self.scopes)

    @property
    def is_facilitator(self) -> bool:
        return self.has_role(Role.FACILITATOR)

    @property
    def works_in_office(self) -> bool:
        return self.is_superuser or any(role in OFFICE_ROLES for role, _code in self.scopes)

    @property
    def home_code(self) -> str:
        """The region code this account works in: the first of its scopes ('' = none or nation)."""
        return next((code for _role, code in self.scopes), "")

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        from django.contrib.auth import get_backends  # noqa: PLC0415 -- the backends import this model

        return self.is_active and any(
            backend.has_perm(self, perm, obj) for backend in get_backends() if hasattr(backend, "has_perm")
        )

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        if self.is_superuser:
            return True
        held = {perm for role, _code in self.scopes for perm in PERMISSIONS[role]}
        return any(perm.startswith(f"{app_label}.") for perm in held)


def in_force_on(day: date) -> Q:
    """From the first day of an assignment until the end of its last."""
    return Q(start_on__lte=day) & (Q(end_on__isnull=True) | Q(end_on__gte=day))


def _days() -> Func:
    """The days of an assignment, both ends included."""
    return Func(
        F("start_on"),
        F("end_on"),
        RangeBoundary(inclusive_lower=True, inclusive_upper=True),
        function="daterange",
        output_field=DateRangeField(),
    )


class AssignmentQuerySet(ScopedQuerySet["Assignment"]):
    region_path = "region_code"

    def in_force(self, on: date | None = None) -> "AssignmentQuerySet":
        """Roles that hold on a day, by default today."""
        return self.filter(in_force_on(on or clock.today()), user__is_active=True)

    def facilitators_of(self, code: str, on: date | None = None) -> "AssignmentQuerySet":
        """The assistants who serve the district of `code` (a district or a village) on a day.

        Who is on leave with somebody standing in is left out: the owner asks the one who is there.
        """
        day = on or clock.today()
        covered = Assignment.objects.filter(in_force_on(day), covers=OuterRef("pk"), user__is_active=True)
        found = self.in_force(day).filter(~Exists(covered), role=Role.FACILITATOR, region_code=code[:8])
        return found.select_related("user", "covers__user").order_by("pk")


class Assignment(Record):
    """A role in a region: `(FACILITATOR, 16.71.04)`. The code is text, so that '' can mean the nation.

    `covers` names the assistant's service in whose place this one stands for some days; the region is the same.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("account"))
    role = models.CharField(
        _("role"), max_length=20, choices=[(role.value, label) for role, label in ROLE_LABELS.items()]
    )
    region_code = models.CharField(_("region code"), max_length=13, blank=True, db_collation="C")
    start_on = models.DateField(_("from"))
    end_on = models.DateField(_("last day"), null=True, blank=True)
    covers = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stand_ins",
        verbose_name=_("stands in for"),
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        constraints = [
            ExclusionConstraint(
                name="assignment_once_in_force",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("region_code", RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This account already holds the role in this region."),
            ),
            ExclusionConstraint(
                name="assignment_covered_once",
                expressions=[("covers", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
                condition=Q(covers__isnull=False),
                violation_error_message=_("Somebody already stands in on these days."),
            ),
            models.CheckConstraint(
                name="assignment_cover_has_end",
                condition=Q(covers__isnull=True) | Q(end_on__isnull=False, role=Role.FACILITATOR),
                violation_error_message=_("Standing in for an assistant has a last day."),
            ),
            models.CheckConstraint(
                name="assignment_ends_after_start",
                condition=Q(end_on__isnull=True) | Q(end_on__gte=F("start_on")),
                violation_error_message=_("A role cannot end before it starts."),
            ),
            models.CheckConstraint(
                name="assignment_role_known",
                condition=Q(role__in=[role.value for role in Role]),
                violation_error_message=_("This role is not known."),
            ),
            models.CheckConstraint(
                name="assignment_facilitator_has_district",
                condition=~Q(role=Role.FACILITATOR) | Q(region_code__regex=r"^\d\d\.\d\d\.\d\d$"),
                violation_error_message=_("An assistant serves one district."),
            ),
        ]
        indexes = [models.Index(fields=["role", "region_code"], name="assignment_role_region_idx")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.region_code}"

    def ended(self, on: date) -> bool:
        """Whether its last day is past."""
        return self.end_on is not None and self.end_on < on

    @property
    def region(self) -> Region | None:
        return Region.objects.filter(code=self.region_code).first()


class Consent(Record):
    """What a person agreed to, in which words and when (UU 27/2022 art. 20-24)."""

    class Purpose(models.TextChoices):
        REGISTER = "REGISTER", _("Registration and services of the office")
        WHATSAPP = "WHATSAPP", _("Messages by WhatsApp")
        DIRECTORY = "DIRECTORY", _("Public directory")

    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="consents")
    subject_key = models.CharField(max_length=60, db_index=True)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    text_version = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_key", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_once_in_force",
                violation_error_message=_("This consent is already recorded."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_key} {self.purpose} {self.text_version}"
