"""One envelope for every error of the API: `{"message": ..., "extra": {...}}`."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from foundation.common.errors import ActionError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, ActionError):
        extra = {"field": error.field} if error.field else {}
        return Response({"message": str(error), "extra": extra}, status=409)
    response = drf_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        response.data = {"message": "Invalid input.", "extra": {"fields": response.data}}
    elif isinstance(error, exceptions.APIException | Http404 | PermissionDenied):
        detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
        response.data = {"message": str(detail), "extra": {}}
    return response
