"""The API's addresses: each app's own, the office's figures and the description of it all."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from msme_platform.office import api as office

app_name = "api"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("members/", include("members.api.urls")),
    path("bank/", include("revolving_funds.api_urls")),
    path("figures/", office.FigureList.as_view(), name="figure-list"),
    path("figures/<slug:name>/", office.FigureDetail.as_view(), name="figure-detail"),
]
