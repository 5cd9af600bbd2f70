"""Addresses of the portal's own pages."""

from django.urls import path

from msme_platform.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("gallery/", views.gallery, name="gallery"),
]
