"""Addresses of trainings, mounted at /pelatihan/."""

from django.urls import URLPattern, path
from django.views.generic import TemplateView

app_name = "trainings"
V = TemplateView.as_view(template_name="x")
urlpatterns: list[URLPattern] = [
    path("", V, name="training-list"), path("saya/", V, name="my-list"),
    path("<uuid:uid>/", V, name="training-detail"),
]
