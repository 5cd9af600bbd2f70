"""The office's figures for other systems: the same function that the desk and the command call."""

import datetime as dt
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.common import clock
from foundation.regions.models import Office
from msme_platform.office import observers
from msme_platform.office.desk import YEARS
from msme_platform.office.figures import BY_NAME, FIGURES

PERMISSION = "office.view_figures"


class MaySeeFigures(BasePermission):
    """Holds `office.view_figures` somewhere; the office asked for is checked where it is found."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.has_perm(PERMISSION))


class FigureName(serializers.Serializer[Any]):
    name = serializers.SlugField()
    title = serializers.CharField()
    meaning = serializers.CharField()


class FigureQuery(serializers.Serializer[Any]):
    office = serializers.RegexField(r"^\d\d\.\d\d$")
    as_of = serializers.DateField(required=False)

    def validate_as_of(self, value: dt.date) -> dt.date:
        if value.year not in YEARS:
            raise serializers.ValidationError(_("This day is outside of what can be counted."))
        return value


class FigureAnswer(serializers.Serializer[Any]):
    figure = serializers.SlugField()
    office = serializers.CharField()
    as_of = serializers.DateField()
    measured_at = serializers.DateTimeField()
    rows = serializers.ListField(child=serializers.DictField())
    total = serializers.DictField(allow_null=True)


class FigureList(APIView):
    permission_classes = [MaySeeFigures]

    @extend_schema(responses=FigureName(many=True))
    def get(self, request: Request) -> Response:
        """Every figure with what it counts."""
        return Response(FigureName(FIGURES, many=True).data)


class FigureDetail(APIView):
    permission_classes = [MaySeeFigures]

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "office", str, required=True, description="Code of the regency or city, for example 16.71"
            ),
            OpenApiParameter("as_of", dt.date, description="The day, by default today"),
        ],
        responses=FigureAnswer,
    )
    def get(self, request: Request, name: str) -> Response:
        """One figure of one office on one day. Whole rupiah, shares between 0 and 1."""
        figure = BY_NAME.get(name)
        if figure is None:
            raise Http404
        query = FigureQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        office = Office.objects.filter(region_id=query.validated_data["office"]).first()
        if office is None or not request.user.has_perm(PERMISSION, office):
            raise Http404
        with timezone.override(office.tz):
            measured = figure.run(
                office=office, as_of=query.validated_data.get("as_of") or clock.today(), now=clock.now()
            )
        return Response(observers.for_eyes_of(request.user, measured).as_data())
