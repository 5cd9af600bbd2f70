"""Addresses of the portal's own pages."""

from django.urls import path

from msme_platform.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("sw.js", views.service_worker, name="service-worker"),
    path("luring/", views.no_signal, name="no-signal"),
    path("gallery/", views.gallery, name="gallery"),
]
