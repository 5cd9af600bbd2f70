"""What hangs on a person or a business, found generically: every foreign key to it or to her account, in every app.

Apps above register what a merge has to know of them (see `register`): a reason why it must not be, or rows that name a
person in another way than by a foreign key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.db import IntegrityError, InternalError, models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Consent
from foundation.common.errors import ActionError
from foundation.notifications.models import Message
from members.models import (
    Business,
    Doubt,
    DuplicatePair,
    IdentityNumber,
    Licence,
    LicencePaper,
    Ownership,
    Person,
    StagePeriod,
    StatusPeriod,
)


class MergeForbidden(ActionError):
    """Something that both have, or that cannot change hands, stands against it."""

    message = _("These two records cannot be merged.")


# What is merged, and the key by which rows name it.
NAMED: Final[dict[type[models.Model], str]] = {Person: "person", Business: "business"}
# Of these the kept record's own rows count: one of the other's that would be a second one is put aside, not refused.
GENTLE: Final[dict[type[models.Model], tuple[type[models.Model], ...]]] = {
    Person: (Doubt, IdentityNumber, StagePeriod),
    Business: (Doubt, Licence, StatusPeriod, Ownership),
}

# Returns a sentence that forbids the merge of (kept, gone), or ''.
Objection = Callable[[Person, Person], Any]


@dataclass
class Hooks:
    """What other apps have said."""

    objections: list[Objection] = field(default_factory=list)
    # (model, field) through which what an account has written follows the person to the kept account.
    account_fields: list[tuple[type[models.Model], str]] = field(default_factory=list)


HOOKS: Final = Hooks()


def object_when(objection: Objection) -> None:
    """Let an app forbid merges: called with (kept, gone), answers with a sentence or ''."""
    HOOKS.objections.append(objection)


def follows_account(model: type[models.Model], name: str) -> None:
    """Rows of `model` whose `name` is the account of the one that goes become the kept account's."""
    HOOKS.account_fields.append((model, name))


def links(root: type[models.Model] = Person) -> Iterator[tuple[type[models.Model], str]]:
    """(model, field) of every foreign key to what is merged, but for pairs of duplicates and what is moved gently."""
    for relation in root._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            model: Any = relation.related_model
            if model is not DuplicatePair and model not in GENTLE[root]:
                yield model, relation.field.name  # type: ignore[union-attr]


def _said_by(model: type[models.Model], error: Exception) -> str:
    """The sentence of the broken constraint, else what kind of row stands in the way."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    for constraint in model._meta.constraints:
        if constraint.name == name and constraint.violation_error_message:
            return str(constraint.violation_error_message)
    return str(model._meta.verbose_name_plural)


def update(model: type[models.Model], rows: Any, **values: Any) -> None:
    try:
        with transaction.atomic():
            rows.update(**values)
    except (IntegrityError, InternalError) as error:
        told = _("These two records cannot be merged: %(why)s Please settle this first.")
        raise MergeForbidden(told % {"why": _said_by(model, error)}) from error


def rows_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """All rows, whatever the model's own manager leaves out."""
    return model._base_manager.all()  # noqa: SLF001 -- Django's name for exactly this


def move(model: type[models.Model], name: str, *, old: int, new: int, by: str) -> dict[str, Any] | None:
    """Point the rows of `old` to `new`; which they were. Raises MergeForbidden where the database refuses.

    `by` says what the rows name: the record, her account, her key in text, or another row; undoing looks there.
    """
    pks = list(rows_of(model).filter(**{name: old}).order_by("pk").values_list("pk", flat=True))
    if not pks:
        return None
    update(model, rows_of(model).filter(pk__in=pks), **{name: new})
    return {"model": model._meta.label, "field": name, "rows": pks, "old": old, "new": new, "by": by}


def move_all(*, kept: models.Model, gone: models.Model) -> list[dict[str, Any]]:
    """Every foreign key to `gone` leads to `kept`."""
    found = [move(model, name, old=gone.pk, new=kept.pk, by="record") for model, name in links(type(kept))]
    return [*filter(None, found)]


def move_people(*, kept: Person, gone: Person) -> list[dict[str, Any]]:
    """Everything that hangs on `gone` hangs on `kept`."""
    return [*move_all(kept=kept, gone=gone), *_named(kept, gone)]


def frozen(row: models.Model) -> dict[str, str]:
    """A row as text, to be put back by `thawed`."""
    fields = [field for field in row._meta.concrete_fields if getattr(row, field.attname) is not None]
    return {field.attname: field.value_to_string(row) for field in fields}


def thawed(model: type[models.Model], row: dict[str, str]) -> Any:
    """The unsaved row again, with its old key."""
    found = model()
    for column in model._meta.concrete_fields:
        if column.attname in row:
            setattr(found, column.attname, column.to_python(row[column.attname]))
    return found


def move_gently(*, kept: models.Model, gone: models.Model) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of which each has one: (moved, put aside). Those put aside are deleted and come back with an undo."""
    name = NAMED[type(kept)]
    moved: list[dict[str, Any]] = []
    aside: list[dict[str, Any]] = []
    for model in GENTLE[type(kept)]:
        pks = []
        for row in rows_of(model).filter(**{name: gone}).order_by("pk"):
            try:
                with transaction.atomic():
                    rows_of(model).filter(pk=row.pk).update(**{name: kept})
            except IntegrityError:
                aside.append(put_aside(row))
            else:
                pks.append(row.pk)
        if pks:
            one = {"model": model._meta.label, "field": name, "rows": pks, "old": gone.pk, "new": kept.pk}
            moved.append({**one, "by": "record"})
    return moved, aside


def better_licences(*, kept: Business, gone: Business) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Before the rest: of each licence that both have the one that is held counts, of two held ones that of `kept`.

    Photos of the other's paper go to the one that counts. (moved, put aside).
    """
    moved: list[dict[str, Any]] = []
    aside: list[dict[str, Any]] = []
    theirs = {row.kind: row for row in gone.licences.all()}
    for own in kept.licences.order_by("pk"):
        other = theirs.get(own.kind)
        if other is None:
            continue
        weaker, better = (own, other) if not own.number and other.number else (other, own)
        papers = move(LicencePaper, "licence", old=weaker.pk, new=better.pk, by="row")
        moved += [papers] if papers else []
        if weaker == own:
            aside.append(put_aside(own))
    return moved, aside


def put_aside(row: models.Model) -> dict[str, Any]:
    """Delete a row that comes back with an undo."""
    kept = {"model": row._meta.label, "row": frozen(row)}
    row.delete()
    return kept


def put_back(aside: list[dict[str, Any]]) -> None:
    """What `move_gently` had put aside."""
    for one in aside:
        thawed(apps.get_model(one["model"]), one["row"]).save(force_insert=True)


def _named(kept: Person, gone: Person) -> list[dict[str, Any]]:
    """Rows that name the person in text: messages sent to her, and those consents that the kept one never gave."""
    old, new = f"person:{gone.pk}", f"person:{kept.pk}"
    answered = Consent.objects.filter(subject_key=new).values("purpose")
    told = Message.objects.filter(
        recipient_key=new, kind=OuterRef("kind"), subject_key=OuterRef("subject_key"), channel=OuterRef("channel")
    )
    rows: tuple[tuple[type[models.Model], str, Any], ...] = (
        (Consent, "subject_key", Consent.objects.filter(subject_key=old).exclude(purpose__in=answered)),
        (Message, "recipient_key", Message.objects.filter(~Exists(told), recipient_key=old)),
    )
    found = []
    for model, name, matching in rows:
        pks = list(matching.order_by("pk").values_list("pk", flat=True))
        if pks:
            update(model, rows_of(model).filter(pk__in=pks), **{name: new})
            found.append({"model": model._meta.label, "field": name, "rows": pks, "old": old, "by": "key"})
    return found


def move_account(*, kept: int, gone: int) -> list[dict[str, Any]]:
    """What the account of the one that goes has written becomes the kept account's."""
    found = [move(model, name, old=gone, new=kept, by="account") for model, name in HOOKS.account_fields]
    return [one for one in found if one]


def move_back(moved: list[dict[str, Any]], *, kept: Any) -> None:
    """Those rows that are still with the kept record go back to whom they were taken from."""
    # Merges made before businesses could be merged call the record "person".
    holders = {
        "record": kept.pk,
        "person": kept.pk,
        "account": getattr(kept, "user_id", None),
        "key": f"person:{kept.pk}",
    }
    for one in moved:
        model: Any = apps.get_model(one["model"])
        holder = one["new"] if one["by"] == "row" else holders[one["by"]]
        rows = rows_of(model).filter(pk__in=one["rows"], **{one["field"]: holder})
        update(model, rows, **{one["field"]: one["old"]})
