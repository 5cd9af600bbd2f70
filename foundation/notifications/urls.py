"""Addresses of the bell."""

from django.urls import path

from foundation.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("terbaca/", views.read_all, name="read-all"),
    path("pengaturan/", views.preferences, name="preferences"),
    path("<uuid:uid>/buka/", views.open_message, name="open"),
]
