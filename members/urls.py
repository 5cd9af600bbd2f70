"""Addresses of members: one's own profile and registration, and the assistant's people."""

from django.urls import URLPattern, path

from members.views import people, registration

app_name = "members"


def _edits(prefix: str, name: str) -> list[URLPattern]:
    """The same change pages under `saya/` and under `binaan/<uid>/`."""
    return [
        path(f"{prefix}ubah/", people.person_edit, name=f"{name}person-edit"),
        path(f"{prefix}usaha/baru/", people.business_add, name=f"{name}business-add"),
        path(f"{prefix}usaha/<uuid:business>/", people.business_edit, name=f"{name}business-edit"),
        path(f"{prefix}usaha/<uuid:business>/izin/<slug:kind>/", people.licence_edit, name=f"{name}licence-edit"),
    ]


urlpatterns = [
    path("daftar/", registration.start, name="register"),
    path("daftar/data-dinas/", registration.claim, name="claim"),
    path("daftar/<slug:step>/", registration.own_step, name="register-step"),
    path("saya/", people.profile, name="profile"),
    *_edits("saya/", "own-"),
    path("binaan/", people.people_list, name="people-list"),
    path("binaan/daftar/", registration.assisted_start, name="assisted-start"),
    path("binaan/daftar/<uuid:uid>/<slug:step>/", registration.assisted_step, name="assisted-step"),
    path("binaan/<uuid:uid>/", people.person_detail, name="person-detail"),
    *_edits("binaan/<uuid:uid>/", ""),
]
