"""Two records of one person made one; and any merge taken back within thirty days (businesses: business_merges)."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.crypto import keyed_hash
from foundation.common.errors import ActionError
from members import merging
from members.models import UNDO_FOR, Business, DuplicatePair, Merge, PairState, Person

# What the kept record takes over where it has nothing of its own.
FILLED: Final = ("sex", "birth_date", "phone", "email", "address", "limited_at", "objected_at")
EMPTY: Final = ("", None)
NIK: Final = ("nik", "nik_hash", "nik_tail")


class SamePerson(ActionError):
    message = _("Please choose two different records.")


class GoneAlready(ActionError):
    message = _("One of the two records is no longer there: it was merged a moment ago. Please open the list again.")


class TwoNiks(ActionError):
    message = _(
        "The two records have different NIKs, so they may be two people. "
        "Compare with the ID card, and confirm that the NIK of the record you keep is the right one."
    )
    field = "nik_checked"


class UndoTooLate(ActionError):
    message = _("A merge can be taken back for 30 days. They are over.")


class UndoneAlready(ActionError):
    message = _("This merge is already taken back.")


class CannotUndo(ActionError):
    message = _(
        "The record cannot be put back: its NIK or its account is in use elsewhere. Please tell who runs Guyub."
    )


def _locked(pks: Iterable[int], model: Any = Person) -> dict[int, Any]:
    """Both records, locked in one order, so that two merges of the same pair never wait for each other."""
    rows = model.objects.for_update().filter(pk__in=list(pks)).order_by("pk")
    return {row.pk: row for row in rows}


def both(kept: Any, gone: Any) -> tuple[Any, Any]:
    """The two records, locked. Raises SamePerson, GoneAlready."""
    if kept.pk == gone.pk:
        raise SamePerson
    found = _locked([kept.pk, gone.pk], type(kept))
    if len(found) != 2:  # noqa: PLR2004 -- both
        raise GoneAlready
    return found[kept.pk], found[gone.pk]


@transaction.atomic
def merge(*, kept: Person, gone: Person, by: User | None, now: datetime, nik_checked: bool = False) -> Merge:
    """Make one record of two: all that hangs on `gone` moves to `kept`, which fills its gaps from it.

    Raises SamePerson, GoneAlready, TwoNiks, MergeForbidden (both have a running loan, an app objects, ...).
    """
    kept, gone = both(kept, gone)
    if kept.nik_hash and gone.nik_hash and not nik_checked:
        raise TwoNiks
    for objection in merging.HOOKS.objections:
        if said := objection(kept, gone):
            raise merging.MergeForbidden(said)
    row, filled = merging.frozen(gone), gaps(kept, gone, FILLED)
    if gone.nik_hash and not kept.nik_hash:
        filled["nik"] = ("", gone.nik)
    account, moved = _accounts(kept, gone)
    gently, aside = merging.move_gently(kept=kept, gone=gone)
    moved += merging.move_people(kept=kept, gone=gone) + gently
    dismissed = _inherit_decisions(kept, gone, now=now)
    DuplicatePair.objects.filter(Q(first=gone) | Q(second=gone)).delete()
    past = {"row": row, "filled": filled, "account": account, "dismissed": dismissed, "aside": aside}
    return finish(kept=kept, gone=gone, past=past, moved=moved, by=by, now=now)


def finish(
    *, kept: Any, gone: Any, past: dict[str, Any], moved: list[dict[str, Any]], by: User | None, now: datetime
) -> Merge:
    """Take the emptied record away, fill the kept one, and write down how to take it back."""
    names = {"gone_id": gone.pk, "gone_uid": gone.uid, "gone_name": str(gone)}
    try:
        gone.delete()
    except (ProtectedError, IntegrityError) as error:
        raise merging.MergeForbidden from error
    _fill(kept, {key: after for key, (_before, after) in past["filled"].items()})
    whose = {"kept": kept.owner, "kept_business": kept} if isinstance(kept, Business) else {"kept": kept}
    made = Merge.objects.create(**whose, **names, snapshot=json.dumps(past), moved=moved, merged_at=now, merged_by=by)
    verb = f"{merging.NAMED[type(kept)]}.merged"
    log.record(verb, kept, by=by, now=now, gone=made.gone_id, rows=sum(len(one["rows"]) for one in moved))
    return made


def gaps(kept: Any, gone: Any, names: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    """What `kept` has not and takes over, as text: (before, after)."""
    filled: dict[str, tuple[Any, Any]] = {}
    for name in names:
        if getattr(kept, name) in EMPTY and getattr(gone, name) not in EMPTY:
            field: Any = type(kept)._meta.get_field(name)
            before = field.value_to_string(kept) if getattr(kept, name) is not None else None
            filled[name] = (before, field.value_to_string(gone))
    return filled


def _fill(kept: Any, values: dict[str, Any]) -> None:
    """Write the values (text) and save; a NIK brings its hash, or takes it away."""
    for name, value in values.items():
        if name == "nik" and value:
            kept.set_nik(value)
        elif name == "nik":
            kept.nik, kept.nik_hash, kept.nik_tail = "", None, ""
        else:
            field: Any = type(kept)._meta.get_field(name)
            setattr(kept, field.attname, None if value is None else field.to_python(value))
    if values:
        names = [*(name for name in values if name != "nik"), *(NIK if "nik" in values else ())]
        kept.save(update_fields=[*names, "updated_at"])


def _accounts(kept: Person, gone: Person) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One account remains: the kept record's own, else the other's. What the other account wrote follows."""
    if gone.user_id is None:
        return {"closed": None, "took": False}, []
    if kept.user_id is None:
        account = gone.user_id
        gone.user = None
        gone.save(update_fields=["user", "updated_at"])
        Person.objects.filter(pk=kept.pk).update(user=account)
        kept.user_id = account
        return {"closed": None, "took": True, "user": account}, []
    moved = merging.move_account(kept=kept.user_id, gone=gone.user_id)
    closed = User.objects.filter(pk=gone.user_id, is_active=True).update(is_active=False)
    return {"closed": gone.user_id if closed else None, "took": False}, moved


def _inherit_decisions(kept: Person, gone: Person, *, now: datetime) -> list[dict[str, Any]]:
    """Whoever was judged to be somebody else than `gone` is somebody else than `kept`."""
    rows = DuplicatePair.objects.filter(Q(first=gone) | Q(second=gone), state=PairState.DISMISSED).order_by("pk")
    decisions = []
    for row in rows:
        other = row.second_id if row.first_id == gone.pk else row.first_id
        decisions.append({"other": other, "reason": row.reason, "by": row.decided_by_id})
        if other != kept.pk:
            dismiss_pair(kept.pk, other, reason=row.reason, by_id=row.decided_by_id, now=now)
    return decisions


def dismiss_pair(one: int, other: int, *, reason: str, by_id: int | None, now: datetime) -> None:
    """Write down that two records are two people, whether or not the pair was ever offered."""
    first, second = sorted((one, other))
    DuplicatePair.objects.update_or_create(
        first_id=first,
        second_id=second,
        defaults={"state": PairState.DISMISSED, "decided_at": now, "decided_by_id": by_id, "reason": reason},
        create_defaults={
            "state": PairState.DISMISSED,
            "decided_at": now,
            "decided_by_id": by_id,
            "reason": reason,
            "found_at": now,
        },
    )


@transaction.atomic
def undo(*, merge: Merge, by: User | None, now: datetime) -> Person | Business:
    """Put the record that went back as it was, with everything that was moved from it; what came later stays.

    Raises UndoneAlready, UndoTooLate (from thirty days on), CannotUndo.
    """
    merge = Merge.objects.locked(merge.pk)
    if merge.undone_at is not None:
        raise UndoneAlready
    if not merge.undoable(now):
        raise UndoTooLate
    root: Any = Business if merge.kept_business_id else Person
    kept = root.objects.locked(merge.kept_business_id or merge.kept_id)
    past = json.loads(merge.snapshot)
    account = past.get("account", {"took": False, "closed": None})
    if account["took"] and kept.user_id == account["user"]:
        kept.user = None
        kept.save(update_fields=["user", "updated_at"])
        past["row"]["user_id"] = str(account["user"])
    _fill(kept, _to_return(kept, past["filled"]))
    back: Person | Business = _put_back(root, past["row"], merge)
    merging.move_back(merge.moved, kept=kept)
    try:
        with transaction.atomic():
            merging.put_back(past["aside"])
    except IntegrityError as error:
        raise CannotUndo from error
    if account["closed"]:
        User.objects.filter(pk=account["closed"]).update(is_active=True)
    for row in past.get("dismissed", []):
        if Person.objects.filter(pk=row["other"]).exists():
            dismiss_pair(back.pk, row["other"], reason=row["reason"], by_id=row["by"], now=now)
    merge.undone_at, merge.undone_by, merge.snapshot = now, by, ""
    merge.save(update_fields=["undone_at", "undone_by", "snapshot", "updated_at"])
    log.record(f"{merging.NAMED[root]}.merge_undone", kept, by=by, now=now, back=back.pk)
    return back


def _to_return(kept: Any, filled: dict[str, Any]) -> dict[str, Any]:
    """Those values that the merge had filled and nobody has changed since."""
    unchanged = {}
    for name, (before, after) in filled.items():
        field: Any = type(kept)._meta.get_field(name)
        if field.value_to_string(kept) == after:
            unchanged[name] = before
    return unchanged


def _put_back(root: Any, row: dict[str, str], merge: Merge) -> Any:
    back = merging.thawed(root, row)
    if root is Person:
        back.nik_hash = keyed_hash(back.nik) if back.nik else None
    elif not Person.objects.filter(pk=back.owner_id).exists():  # merged meanwhile: she has a new record
        back.owner = merge.kept
    try:
        with transaction.atomic():
            back.save(force_insert=True)
    except IntegrityError as error:
        raise CannotUndo from error
    return back


@transaction.atomic
def forget_old(*, now: datetime) -> int:
    """Throw away what is kept for undoing when its days are over: it holds identity numbers. Returns how many."""
    over = Merge.objects.filter(merged_at__lte=now - UNDO_FOR).exclude(snapshot="")
    return over.update(snapshot="")


def moved_in_words(merge: Merge) -> list[str]:
    """`3 enrolments`, for the page of the merge."""
    counted: dict[str, int] = {}
    for one in merge.moved:
        name = str(apps.get_model(one["model"])._meta.verbose_name_plural)
        counted[name] = counted.get(name, 0) + len(one["rows"])
    return [f"{count} {name}" for name, count in sorted(counted.items())]
