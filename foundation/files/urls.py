"""The address of a private file."""

from django.urls import path

from foundation.files import views

app_name = "files"

urlpatterns = [path("<uuid:uid>/", views.read, name="read")]
