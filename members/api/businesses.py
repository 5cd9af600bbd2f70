"""Businesses and their licences for other systems."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.clients.api import KEY_PARAMETER
from foundation.common import clock
from members import checklists, searching
from members.actions import businesses, licences, statuses
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
from members.api.shapes import BusinessChange, BusinessIn, BusinessOut, LicenceIn, LicenceOut, PeriodOut, StatusIn
from members.enums import BusinessStatus, LicenceKind, LicenceStatus, Scale, Source
from members.models import Business, Licence, Person


class BusinessQuery(ListQuery):
    q = serializers.CharField(required=False, max_length=100)
    owner = serializers.UUIDField(required=False)
    scale = serializers.ChoiceField(Scale.choices, required=False)
    status = serializers.ChoiceField(BusinessStatus.choices, required=False)
    holds = serializers.ChoiceField(LicenceKind.choices, required=False)


def _visible(request: Request) -> Any:
    rows: Any = Business.objects.visible_to(request.user, "members.view_business")
    return rows.select_related("owner", "kbli").defer("owner__nik")


class BusinessList(Door):
    needed = {"GET": "members.view_business", "POST": "members.change_business"}

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Name of the business or of its owner; spelling is forgiven"),
            OpenApiParameter("owner", str, description="uid of the person"),
            OpenApiParameter("scale", str, enum=Scale.values),
            OpenApiParameter("status", str, enum=BusinessStatus.values),
            OpenApiParameter("holds", str, enum=LicenceKind.values, description="Holds this licence today"),
            *LIST_PARAMETERS,
        ],
        operation_id="members_businesses_list",
        responses=page_of(BusinessOut),
        examples=[examples.BUSINESSES_PAGE],
    )
    def get(self, request: Request) -> Response:
        """Businesses in the region, those registered first first. Scope: members.read."""
        query = asked(BusinessQuery, request)
        rows = _visible(request).filter(**{key: query[key] for key in ("scale", "status") if key in query})
        if "owner" in query:
            rows = rows.filter(owner__uid=query["owner"])
        if "holds" in query:
            held = Licence.objects.held(query["holds"], on=clock.today())
            rows = rows.filter(pk__in=held.values("business"))
        if "q" in query:
            rows = searching.businesses_matching(rows, query["q"])
        return listed(request, rows, query, BusinessOut, owner="owner")

    @extend_schema(
        request=BusinessIn,
        parameters=[KEY_PARAMETER],
        responses={201: BusinessOut},
        examples=[examples.BUSINESS_IN, examples.BUSINESS_OUT],
    )
    def post(self, request: Request) -> Response:
        """A new business of a registered owner. Scope: members.write. 409 where it is larger than medium."""
        sent = BusinessIn(data=request.data)
        sent.is_valid(raise_exception=True)
        owners = Person.objects.visible_to(request.user, "members.change_business")
        owner = owners.filter(uid=sent.validated_data["owner"]).first()
        if owner is None:
            raise exceptions.ValidationError({"owner": [_("There is no owner with this uid in your region.")]})
        may_leave(request, owner)
        must_lie_inside(request, "members.change_business", sent.validated_data.get("village", owner.village_id))
        by: Any = request.user
        filed = {"source": Source.STAFF, "by": by, "now": clock.now()}
        return created(request, BusinessOut, lambda: businesses.add(owner=owner, business=sent.entry(), **filed))


class BusinessDetail(Door):
    needed = {"GET": "members.view_business", "PATCH": "members.change_business"}

    @extend_schema(responses=BusinessOut, examples=[examples.BUSINESS_OUT])
    def get(self, request: Request, uid: UUID) -> Response:
        """One business, with the version of the record in ETag. Scope: members.read."""
        business = one(_visible(request), uid=uid)
        released(request, business.owner)
        return shown(business, BusinessOut)

    @extend_schema(
        request=BusinessChange(partial=True),
        parameters=[VERSION_PARAMETER],
        responses=BusinessOut,
        examples=[examples.BUSINESS_CHANGE, examples.BUSINESS_OUT],
    )
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change what is sent, leave the rest; the scale follows. Scope: members.write."""
        found = one(Business.objects.visible_to(request.user, "members.change_business"), uid=uid)
        released(request, found.owner)
        sent = BusinessChange(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        must_lie_inside(request, "members.change_business", sent.validated_data.get("village", found.village_id))
        by: Any = request.user
        with sentences(), unchanged(request, Business.objects, found.pk) as business:
            businesses.change(business=business, entry=sent.entry(business), by=by, now=clock.now())
        return shown(one(_visible(request), pk=found.pk), BusinessOut)


class BusinessStanding(Door):
    needed = {"GET": "members.view_business", "PUT": "members.change_business"}

    @extend_schema(
        responses=PeriodOut(many=True),
        examples=[examples.PERIODS_OUT],
        operation_id="members_businesses_status_list",
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """How the business stood through time, newest first, a hundred at most. Scope: members.read."""
        found = one(_visible(request), uid=uid)
        released(request, found.owner)
        return Response(PeriodOut(found.status_periods.order_by("-start_at", "-pk")[:100], many=True).data)

    @extend_schema(
        request=StatusIn,
        responses=BusinessOut,
        examples=[examples.STATUS_IN, examples.BUSINESS_OUT],
        operation_id="members_businesses_status_update",
    )
    def put(self, request: Request, uid: UUID) -> Response:
        """Active, paused, closed, from now on and with its reason; the same again changes nothing. Scope: members.write."""
        found = one(Business.objects.visible_to(request.user, "members.change_business"), uid=uid)
        released(request, found.owner)
        sent = StatusIn(data=request.data)
        sent.is_valid(raise_exception=True)
        by: Any = request.user
        with sentences():
            statuses.change(
                business=found,
                status=BusinessStatus(sent.validated_data["status"]),
                reason=sent.validated_data["reason"],
                source=Source.STAFF,
                by=by,
                now=clock.now(),
            )
        return shown(one(_visible(request), pk=found.pk), BusinessOut)


class LicenceQuery(ListQuery):
    business = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(LicenceKind.choices, required=False)
    status = serializers.ChoiceField(LicenceStatus.choices, required=False)
    ends_before = serializers.DateField(required=False)


def _licences(request: Request) -> Any:
    rows = Licence.objects.visible_to(request.user, "members.view_licence")
    rows = rows.select_related("business__owner").defer("business__owner__nik")
    return checklists.with_terms(rows, clock.today())


class LicenceList(Door):
    needed = {"GET": "members.view_licence"}

    @extend_schema(
        parameters=[
            OpenApiParameter("business", str, description="uid of the business"),
            OpenApiParameter("kind", str, enum=LicenceKind.values),
            OpenApiParameter("status", str, enum=LicenceStatus.values),
            OpenApiParameter("ends_before", str, description="A day: licences that end before it"),
            *LIST_PARAMETERS,
        ],
        operation_id="members_licences_list",
        responses=page_of(LicenceOut),
        examples=[examples.LICENCES_PAGE],
    )
    def get(self, request: Request) -> Response:
        """Licences of the businesses in the region. Scope: members.read."""
        query = asked(LicenceQuery, request)
        rows = _licences(request).filter(**{key: query[key] for key in ("kind", "status") if key in query})
        if "business" in query:
            rows = rows.filter(business__uid=query["business"])
        if "ends_before" in query:
            rows = rows.filter(valid_to__lt=query["ends_before"])
        return listed(request, rows, query, LicenceOut, owner="business.owner")


class BusinessLicence(Door):
    needed = {"GET": "members.view_licence", "PUT": "members.change_licence"}

    @extend_schema(responses=LicenceOut, examples=[examples.LICENCE_OUT])
    def get(self, request: Request, uid: UUID, kind: str) -> Response:
        """Where the licence of this kind stands. Scope: members.read."""
        licence = one(_licences(request), business__uid=uid, kind=kind.upper())
        released(request, licence.business.owner)
        return shown(licence, LicenceOut)

    @extend_schema(request=LicenceIn, responses=LicenceOut, examples=[examples.LICENCE_IN, examples.LICENCE_OUT])
    def put(self, request: Request, uid: UUID, kind: str) -> Response:
        """Write down where it stands: one line per business and kind, so that repeating changes nothing. Scope: members.write."""
        if kind.upper() not in LicenceKind.values:
            raise Http404
        business = one(Business.objects.visible_to(request.user, "members.change_licence"), uid=uid)
        released(request, business.owner)
        sent = LicenceIn(data=request.data)
        sent.is_valid(raise_exception=True)
        by: Any = request.user
        with sentences():
            licence = licences.record(business=business, licence=sent.entry(kind.upper()), by=by, now=clock.now())
        return shown(licence, LicenceOut)
