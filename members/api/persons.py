"""Owners for other systems."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.clients.api import KEY_PARAMETER
from foundation.common import clock
from foundation.common.crypto import keyed_hash
from foundation.common.errors import ActionError
from members import searching
from members.actions import people
from members.api import examples
from members.api.doors import (
    LIST_PARAMETERS,
    VERSION_PARAMETER,
    Door,
    ListQuery,
    asked,
    created,
    listed,
    may_leave,
    must_lie_inside,
    one,
    page_of,
    released,
    sentences,
    shown,
    unchanged,
)
from members.api.shapes import NikIn, NikOut, PersonIn, PersonOut
from members.enums import Sex, Source
from members.identifiers import compact
from members.models import Person


class NikStays(ActionError):
    message = _("Another NIK is recorded for this person. Please let the office compare it with the ID card.")
    field = "nik"


class PersonQuery(ListQuery):
    q = serializers.CharField(required=False, max_length=100)
    sex = serializers.ChoiceField(Sex.choices, required=False)


def _visible(request: Request) -> Any:
    """Those whom the caller may see; the encrypted number stays in the database."""
    return Person.objects.visible_to(request.user, "members.view_person").defer("nik")


class PersonList(Door):
    needed = {"GET": "members.view_person", "POST": "members.register_person"}

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Name of the person or of a business; spelling is forgiven"),
            OpenApiParameter("sex", str, enum=Sex.values),
            *LIST_PARAMETERS,
        ],
        operation_id="members_persons_list",
        responses=page_of(PersonOut),
        examples=[examples.PERSONS_PAGE],
    )
    def get(self, request: Request) -> Response:
        """Owners in the region, those registered first first. Scope: members.read."""
        query = asked(PersonQuery, request)
        rows = _visible(request)
        if "sex" in query:
            rows = rows.filter(sex=query["sex"])
        if "q" in query:
            rows = searching.people_matching(rows, query["q"])
        return listed(request, rows, query, PersonOut)

    @extend_schema(
        request=PersonIn,
        parameters=[KEY_PARAMETER],
        responses={201: PersonOut},
        examples=[examples.PERSON_IN, examples.PERSON_OUT],
    )
    def post(self, request: Request) -> Response:
        """Register an owner. Scope: members.write. 409 where the NIK is registered already."""
        sent = PersonIn(data=request.data)
        sent.is_valid(raise_exception=True)
        must_lie_inside(request, "members.register_person", sent.validated_data["village"])
        by: Any = request.user
        filed = {"source": Source.STAFF, "by": by, "now": clock.now()}
        return created(request, PersonOut, lambda: people.register(person=sent.entry(), **filed))


class PersonDetail(Door):
    needed = {"GET": "members.view_person", "PATCH": "members.change_person"}

    @extend_schema(responses=PersonOut, examples=[examples.PERSON_OUT])
    def get(self, request: Request, uid: UUID) -> Response:
        """One owner, with the version of the record in ETag. Scope: members.read."""
        person = one(_visible(request), uid=uid)
        released(request, person)
        return shown(person, PersonOut)

    @extend_schema(
        request=PersonIn(partial=True),
        parameters=[VERSION_PARAMETER],
        responses=PersonOut,
        examples=[examples.PERSON_CHANGE, examples.PERSON_OUT],
    )
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change what is sent, leave the rest. Scope: members.write."""
        found = one(Person.objects.visible_to(request.user, "members.change_person"), uid=uid)
        released(request, found)
        sent = PersonIn(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        must_lie_inside(request, "members.change_person", sent.validated_data.get("village", found.village_id))
        by: Any = request.user
        with sentences(), unchanged(request, Person.objects, found.pk) as person:
            nik = compact(sent.validated_data.get("nik", ""))
            if nik and person.nik_hash and keyed_hash(nik) != person.nik_hash:
                raise NikStays
            changed = people.change(person=person, entry=sent.entry(person), by=by, now=clock.now())
        return shown(changed, PersonOut)


class PersonFind(Door):
    needed = {"POST": "members.view_person"}

    @extend_schema(request=NikIn, responses=PersonOut, examples=[examples.NIK_IN, examples.PERSON_OUT])
    def post(self, request: Request) -> Response:
        """The owner with this NIK, or 404. By POST, so that no number stands in an address or a log. Scope: members.read."""
        sent = NikIn(data=request.data)
        if not sent.is_valid():  # what is no NIK is nobody's
            raise Http404
        person = one(_visible(request).with_nik(sent.validated_data["nik"]))
        released(request, person)
        return shown(person, PersonOut)


class PersonNik(Door):
    needed = {"POST": "members.show_nik"}

    @extend_schema(request=None, responses=NikOut, examples=[examples.NIK_OUT])
    def post(self, request: Request, uid: UUID) -> Response:
        """The whole NIK. Scope: members.identity. Each call is written down and its owner can see it."""
        person = one(Person.objects.visible_to(request.user, "members.show_nik"), uid=uid)
        may_leave(request, person)
        by: Any = request.user
        nik = people.show_nik(person=person, by=by, now=clock.now())
        return Response({"nik": nik}, headers={"Cache-Control": "no-store"})
