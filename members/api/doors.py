"""What the doors of the members share: lists by key, the version of a record, the place where a record may lie."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from foundation.clients.api import answered_once
from foundation.clients.authentication import Needs
from foundation.clients.models import Client
from foundation.common import clock
from foundation.common.pages import page
from members.actions import looks
from members.entries import InvalidEntry
from members.models import Person

WAY: Final = "api"
LARGEST_PAGE: Final = 200
REGION_CODE: Final = r"^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$"


class VersionWanted(exceptions.APIException):
    """A change without saying which version it is made on."""

    status_code = 428
    default_detail = "Please send If-Match with the ETag of the record that you changed."


class VersionGone(exceptions.APIException):
    """Somebody else was first."""

    status_code = 412
    default_detail = "The record has changed since you read it. Please read it again."


class UseIsLimited(exceptions.PermissionDenied):
    """She asked the office to limit the use of her data (UU 27/2022 art. 11), which goes on at the desk only."""

    default_detail = gettext_lazy(
        "The owner has limited the use of these data. They are worked on at the office, not by other systems."
    )


class Door(APIView):
    """One address of the members. `needed` names the permission of each method."""

    permission_classes = [Needs]
    needed: dict[str, str] = {}


def created(request: Request, shape: Any, make: Callable[[], Any]) -> Response:
    """Answer 201 with what `make` made, once for each idempotency key; refusals in sentences."""
    with sentences():
        return answered_once(request, lambda: shown(make(), shape, status=201))


class ListQuery(serializers.Serializer[Any]):
    region = serializers.RegexField(REGION_CODE, required=False)
    changed_since = serializers.DateTimeField(required=False)
    cursor = serializers.CharField(required=False, max_length=500)
    size = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_PAGE, default=50)


LIST_PARAMETERS: Final = [
    OpenApiParameter("region", str, description="Code of a regency, district or village, for example 16.71.04"),
    OpenApiParameter("changed_since", str, description="ISO 8601 moment: only records written at or after it"),
    OpenApiParameter("cursor", str, description="From `next` of the page before"),
    OpenApiParameter("size", int, description=f"Records a page, at most {LARGEST_PAGE}; 50 by default"),
]
VERSION_PARAMETER: Final = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the record as you read it. 412 if somebody changed it since, 428 if it is missing.",
)


def page_of(shape: type[serializers.Serializer[Any]]) -> Any:
    """The schema of a page of these."""
    name = shape.__name__.removesuffix("Out")
    fields = {"next": serializers.URLField(allow_null=True), "results": shape(many=True)}
    return inline_serializer(f"{name}Page", fields)


def asked(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The query of a list, checked."""
    query = shape(data=request.query_params)
    query.is_valid(raise_exception=True)
    found: dict[str, Any] = query.validated_data
    return found


def listed(
    request: Request, rows: Any, query: dict[str, Any], shape: type[serializers.Serializer[Any]], *, owner: str = ""
) -> Response:
    """A page of `rows` in the order in which they were made: what is new comes last.

    `owner` is the way from a row to the person whom it is about, with dots ("" for people). Who limited the use of her
    data is left out; everybody on the page reads who had it.
    """
    key = f"{owner}_id" if owner else "pk"
    rows = rows.filter(**{f"{owner}.limited_at__isnull".lstrip(".").replace(".", "__"): True})
    if "region" in query:
        rows = rows.inside(query["region"])
    if "changed_since" in query:
        rows = rows.filter(updated_at__gte=query["changed_since"])
    found = page(rows, order=["id"], cursor=query.get("cursor", ""), size=query["size"])
    by: Any = request.user
    people = Person.objects.filter(pk__in={attrgetter(key)(row) for row in found.rows}).values("pk")
    looks.note_page(people=people, by=by, way=WAY, now=clock.now())
    url = replace_query_param(request.build_absolute_uri(), "cursor", found.next) if found.next else None
    return Response({"next": url, "results": shape(found.rows, many=True).data})


def one(rows: QuerySet[Any], **keys: Any) -> Any:
    """The row, or 404: unknown and foreign are the same."""
    row = rows.filter(**keys).first()
    if row is None:
        raise Http404
    return row


def released(request: Request, person: Person) -> None:
    """What is about her may be answered: she has not limited it for other systems, and reads who had it."""
    may_leave(request, person)
    by: Any = request.user
    looks.note(person=person, by=by, way=WAY, now=clock.now())


def may_leave(request: Request, person: Person) -> None:
    """403 for another system where she limited the use of her data; who works at the office sees her at the desk as well."""
    if person.limited_at is not None and isinstance(request.auth, Client):
        raise UseIsLimited


def shown(row: Any, shape: type[serializers.Serializer[Any]], *, status: int = 200) -> Response:
    """A record with its version."""
    return Response(shape(row).data, status=status, headers={"ETag": version(row)})


def version(row: Any) -> str:
    return f'"{row.updated_at:%Y%m%d%H%M%S%f}"'


@contextmanager
def unchanged(request: Request, rows: Any, pk: int) -> Iterator[Any]:
    """The row, locked, if it still is what the caller has read; what happens inside is one transaction with that."""
    wanted = request.headers.get("If-Match", "")
    if not wanted:
        raise VersionWanted
    with transaction.atomic():
        row = rows.locked(pk)
        if wanted not in {"*", version(row)}:
            raise VersionGone
        yield row


@contextmanager
def sentences() -> Iterator[None]:
    """What an entry says of its fields becomes the answer's fields."""
    try:
        yield
    except InvalidEntry as error:
        found: dict[str, list[str]] = {}
        for problem in error.problems:
            found.setdefault(problem.field, []).append(str(problem.message))
        raise exceptions.ValidationError(found) from error


def must_lie_inside(request: Request, permission: str, code: str) -> None:
    """403 where the record would lie outside of the caller's region."""
    user: Any = request.user
    if not any(code.startswith(prefix) for prefix in user.region_prefixes(permission)):
        raise exceptions.PermissionDenied(_("This place lies outside of your region."))
