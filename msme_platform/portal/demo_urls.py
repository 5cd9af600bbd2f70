"""Addresses of the demo (demo mode only)."""

from django.urls import path

from msme_platform.portal import demo

app_name = "demo"
urlpatterns = [
    path("", demo.index, name="index"),
    path("outbox/", demo.outbox, name="outbox"),
    path("tanggal/", demo.move, name="move"),
    path("masuk/<slug:key>/", demo.be, name="be"),
]
