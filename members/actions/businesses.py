"""Businesses of an owner: added and changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.audit import log
from members.actions import doubts, moves
from members.actions import licences as licence_actions
from members.entries import BusinessEntry, LicenceEntry, clean_business, refuse
from members.enums import BusinessStatus, ScaleBasis, Source
from members.models import Business, Person, StatusPeriod
from members.queries import derive_scale


def scale_of(entry: BusinessEntry, *, on: date) -> tuple[str, str]:
    """Scale and basis: by the law of the day from the figures, else as the source has classified it."""
    if entry.capital is None and entry.annual_sales is None and entry.scale:
        return entry.scale, ScaleBasis.SOURCE
    full_year = entry.started_year is None or entry.started_year < on.year
    derived = derive_scale(entry.capital, entry.annual_sales, on, full_year=full_year)
    return derived.scale, derived.basis


@transaction.atomic
def add(
    *,
    owner: Person,
    business: BusinessEntry,
    source: Source,
    by: User | None,
    now: datetime,
    licences: Sequence[LicenceEntry] = (),
) -> Business:
    """A new business of `owner`, active from now on, with its licences.

    Raises InvalidEntry, TooLarge, ScaleUnknown, and what licences.record raises.
    """
    today = timezone.localdate(now)
    entry, problems = clean_business(replace(business, village=business.village or owner.village_id), on=today)
    refuse(problems)
    scale, basis = scale_of(entry, on=today)
    created = Business.objects.create(
        owner=owner,
        name=entry.name,
        village_id=entry.village,
        address=entry.address,
        kbli_id=entry.kbli_id,
        product=entry.product,
        capital=entry.capital,
        annual_sales=entry.annual_sales,
        workers=entry.workers,
        started_year=entry.started_year,
        scale=scale,
        scale_basis=basis,
        status=BusinessStatus.ACTIVE,
        source=source,
        registered_at=now,
    )
    StatusPeriod.objects.create(
        business=created, status=BusinessStatus.ACTIVE, source=source, start_at=now, recorded_by=by
    )
    doubts.note(person=owner, business=created, problems=problems, now=now)
    log.record("business.added", created, by=by, now=now, source=str(source), scale=scale, basis=basis)
    for licence in licences:
        licence_actions.record(business=created, licence=licence, by=by, now=now)
    return created


CHANGEABLE = ("name", "address", "kbli_id", "product", "capital", "annual_sales", "workers", "started_year")


@transaction.atomic
def change(*, business: Business, entry: BusinessEntry, by: User | None, now: datetime, reason: str = "") -> Business:
    """Bring a business to what `entry` says; the scale is derived anew where a figure has changed.

    Another village is a move: it is written down with its `reason`. Raises InvalidEntry, TooLarge, ScaleUnknown.
    """
    business = Business.objects.locked(business.pk)
    today = timezone.localdate(now)
    cleaned, problems = clean_business(replace(entry, village=entry.village or business.village_id), on=today)
    refuse(problems)
    changed = [name for name in CHANGEABLE if getattr(business, name) != getattr(cleaned, name)]
    for name in changed:
        setattr(business, name, getattr(cleaned, name))
    before = business.village_id
    if before != cleaned.village:
        business.village_id = cleaned.village
        changed.append("village")
    if {"capital", "annual_sales", "started_year"} & set(changed):
        if cleaned.capital is None and cleaned.annual_sales is None:
            cleaned = replace(cleaned, scale=business.scale)
        business.scale, business.scale_basis = scale_of(cleaned, on=today)
        changed += ["scale", "scale_basis"]
    doubts.note(person=business.owner, business=business, problems=problems, now=now)
    if not changed:
        return business
    fields = ["kbli" if name == "kbli_id" else name for name in changed]
    business.save(update_fields=[*fields, "updated_at"])
    if "village" in changed:
        moves.note(of=business, before=before, by=by, now=now, reason=reason)
    log.record("business.changed", business, by=by, now=now, fields=fields)
    return business
