"""What goes over the wire. Money in whole rupiah a year; places by Kemendagri code; days as in the office's zone."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from foundation.common import clock
from foundation.regions.models import Region
from members import checklists
from members.entries import BusinessEntry, LicenceEntry, PersonEntry
from members.enums import BusinessStatus, LicenceKind, LicenceState, LicenceStatus, Scale, ScaleBasis, Sex, Source
from members.models import Business, Kbli, Licence, Person
from members.queries import KBLI_EDITION

VILLAGE_CODE = r"^\d\d\.\d\d\.\d\d\.\d{4}$"
Shape = serializers.Serializer[Any]


class VillageField(serializers.RegexField):
    """The code of a village that exists."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(VILLAGE_CODE, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code: str = super().to_internal_value(data)
        return code

    def run_validation(self, data: Any = serializers.empty) -> Any:
        code = super().run_validation(data)
        if code and not Region.objects.filter(code=code, level=Region.Level.VILLAGE, is_active=True).exists():
            raise serializers.ValidationError(_("There is no village or urban ward with this code."))
        return code


class PersonOut(Shape):
    uid = serializers.UUIDField()
    full_name = serializers.CharField()
    nik = serializers.CharField(source="nik_masked", help_text="Masked: the last four digits, or empty.")
    sex = serializers.ChoiceField(Sex.choices, allow_blank=True)
    birth_date = serializers.DateField(allow_null=True)
    phone = serializers.CharField(help_text="E.164, or empty.")
    email = serializers.CharField()
    village = serializers.CharField(source="village_id")
    address = serializers.CharField()
    registered_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PersonIn(Shape):
    full_name = serializers.CharField(max_length=150)
    village = VillageField()
    nik = serializers.CharField(max_length=30, required=False, help_text="Added where it is missing, never replaced.")
    sex = serializers.ChoiceField(Sex.choices, required=False)
    birth_date = serializers.DateField(required=False)
    phone = serializers.CharField(max_length=20, required=False, help_text="Needed where there is no NIK.")
    email = serializers.EmailField(required=False, allow_blank=True)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)

    def entry(self, person: Person | None = None) -> PersonEntry:
        """What was sent, over what is known already."""
        if person is None:
            return PersonEntry(**self.validated_data)
        known = PersonEntry(
            full_name=person.full_name,
            village=person.village_id,
            nik=person.nik,
            sex=person.sex,
            birth_date=person.birth_date,
            phone=person.phone,
            email=person.email,
            address=person.address,
        )
        return replace(known, **self.validated_data)


class NikIn(Shape):
    nik = serializers.RegexField(r"^\d{16}$")


class NikOut(Shape):
    nik = serializers.CharField()


class BusinessOut(Shape):
    uid = serializers.UUIDField()
    owner = serializers.UUIDField(source="owner.uid")
    name = serializers.CharField()
    village = serializers.CharField(source="village_id")
    address = serializers.CharField()
    kbli = serializers.CharField(source="kbli.code", default=None, allow_null=True)
    product = serializers.CharField()
    capital = serializers.IntegerField(allow_null=True)
    annual_sales = serializers.IntegerField(allow_null=True)
    workers = serializers.IntegerField(allow_null=True)
    started_year = serializers.IntegerField(allow_null=True)
    scale = serializers.ChoiceField(Scale.choices)
    scale_basis = serializers.ChoiceField(ScaleBasis.choices)
    status = serializers.ChoiceField(BusinessStatus.choices)
    registered_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class BusinessChange(Shape):
    """What may be changed; the scale follows from the figures by the law of the day."""

    name = serializers.CharField(max_length=150)
    village = VillageField(required=False, help_text="By default where the owner lives.")
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    kbli = serializers.RegexField(r"^\d{5}$", required=False, allow_null=True, help_text=f"KBLI {KBLI_EDITION}.")
    product = serializers.CharField(max_length=150, required=False, allow_blank=True)
    capital = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**15)
    annual_sales = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**15)
    workers = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100_000)
    started_year = serializers.IntegerField(required=False, allow_null=True, min_value=1900, max_value=2100)

    def validate_kbli(self, code: str | None) -> int | None:
        """The row behind the code."""
        if code is None:
            return None
        found = Kbli.objects.filter(edition=KBLI_EDITION, code=code).values_list("pk", flat=True).first()
        if found is None:
            raise serializers.ValidationError(_("There is no line of business with this code."))
        return found

    def entry(self, business: Business | None = None) -> BusinessEntry:
        sent = {key: value for key, value in self.validated_data.items() if key not in {"kbli", "owner"}}
        if "kbli" in self.validated_data:
            sent["kbli_id"] = self.validated_data["kbli"]
        if business is None:
            return BusinessEntry(**sent)
        known = BusinessEntry(
            name=business.name,
            village=business.village_id,
            address=business.address,
            kbli_id=business.kbli_id,
            product=business.product,
            capital=business.capital,
            annual_sales=business.annual_sales,
            workers=business.workers,
            started_year=business.started_year,
        )
        return replace(known, **sent)


class BusinessIn(BusinessChange):
    owner = serializers.UUIDField(help_text="uid of the person.")


class PeriodOut(Shape):
    status = serializers.ChoiceField(BusinessStatus.choices)
    reason = serializers.CharField()
    via = serializers.ChoiceField(Source.choices, source="source")
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField(allow_null=True, help_text="null: still.")


class StatusIn(Shape):
    status = serializers.ChoiceField(BusinessStatus.choices)
    reason = serializers.CharField(max_length=200, help_text="What was seen or said, in one sentence.")


class LicenceOut(Shape):
    uid = serializers.UUIDField()
    business = serializers.UUIDField(source="business.uid")
    kind = serializers.ChoiceField(LicenceKind.choices)
    status = serializers.ChoiceField(LicenceStatus.choices)
    state = serializers.SerializerMethodField(help_text="How it stands today: the status, or EXPIRING or EXPIRED.")
    number = serializers.CharField()
    issued_on = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    updated_at = serializers.DateTimeField()

    def get_state(self, licence: Licence) -> LicenceState:
        return checklists.state_of(licence, clock.today())


class LicenceIn(Shape):
    status = serializers.ChoiceField(LicenceStatus.choices)
    number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    issued_on = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)

    def entry(self, kind: str) -> LicenceEntry:
        return LicenceEntry(kind=kind, **self.validated_data)
