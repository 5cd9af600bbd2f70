"""Addresses of logging in and of one's own account. allauth's names stand in `allauth_urls`."""

from django.urls import path, register_converter

from foundation.accounts import account_pages, views
from foundation.accounts.models import Consent

app_name = "accounts"


class PurposeConverter:
    """A purpose of consent, in small letters."""

    regex = "|".join(value.lower() for value in Consent.Purpose.values)

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value.lower()


register_converter(PurposeConverter, "purpose")

urlpatterns = [
    path("", account_pages.account, name="account"),
    path("masuk/", views.login, name="login"),
    path("masuk/petugas/", views.staff_login, name="staff-login"),
    path("kode/", views.code, name="code"),
    path("daftar/", views.signup, name="signup"),
    path("keluar/", views.logout, name="logout"),
    path("persetujuan/<purpose:purpose>/", account_pages.consent, name="consent"),
]
