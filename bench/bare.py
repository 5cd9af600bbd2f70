"""A deed that does nothing: who is logged in is known, and sent on. What every deed here costs at least."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path

from foundation.common.http import writing


@writing
def bare(_request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/")


urlpatterns = [path("bench/nothing/", bare), path("", include("msme_platform.urls"))]
