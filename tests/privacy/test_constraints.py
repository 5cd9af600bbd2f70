"""What the database refuses of requests, copies, leaks and retention rules."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from members.enums import RequestKind, RequestState
from members.models import LEGAL_CLOCK, Breach, DataCopy, DataRequest, RetentionRule
from tests.factories.foundation import UserFactory
from tests.factories.members import PersonFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


def request(**fields: Any) -> DataRequest:
    given = {"person": fields.pop("person", None) or PersonFactory(), "kind": RequestKind.CORRECTION, **fields}
    return DataRequest.objects.create(asked_at=NOW, due_at=NOW + LEGAL_CLOCK, **given)


def two_erasures() -> None:
    first = request(kind=RequestKind.ERASURE)
    request(kind=RequestKind.ERASURE, person=first.person)


def two_limits() -> None:
    first = request(kind=RequestKind.LIMIT)
    request(kind=RequestKind.LIMIT, person=first.person)


def breach(**fields: Any) -> Breach:
    given = {"region_code": "16.71", "title": "x", "what": "x", "how": "x", "done": "x", "criterion": "all", **fields}
    return Breach.objects.create(noticed_at=NOW, due_at=NOW + LEGAL_CLOCK, **given)


def copy(**fields: Any) -> DataCopy:
    return DataCopy.objects.create(person=PersonFactory(), asked_by=UserFactory(), asked_at=NOW, **fields)


def two_rules() -> None:
    for _rule in range(2):
        RetentionRule.objects.create(key="drawings", days=1, valid_from=NOW.date(), legal_basis="x")


BROKEN: list[tuple[str, Callable[[], Any]]] = [
    ("datarequest_known", lambda: request(kind="PRAISE")),
    ("datarequest_answered_or_not", lambda: request(decided_at=NOW)),
    ("datarequest_held_says_why", lambda: request(state=RequestState.HELD, decided_at=NOW)),
    ("datarequest_one_erasure", two_erasures),
    ("datarequest_one_limit", two_limits),
    ("datacopy_ready_has_end", lambda: copy(ready_at=NOW, expires_at=NOW)),
    ("breach_happened_before_noticed", lambda: breach(happened_at=NOW + HOUR)),
    ("breach_closed_when_all_are_told", lambda: breach(closed_at=NOW, told_at=NOW)),
    ("retentionrule_no_overlap", two_rules),
]


@pytest.mark.parametrize(("name", "deed"), BROKEN, ids=[name for name, _deed in BROKEN])
def test_the_database_refuses(name: str, deed: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        deed()
    assert refusal.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def test_every_constraint_is_broken_here() -> None:
    models = (DataRequest, DataCopy, Breach, RetentionRule)
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    assert named == {name for name, _deed in BROKEN}
