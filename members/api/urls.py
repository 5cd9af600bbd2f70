"""Addresses below /api/v1/members/."""

from django.urls import path

from members.api import businesses, persons

urlpatterns = [
    path("persons/", persons.PersonList.as_view(), name="person-list"),
    path("persons/find/", persons.PersonFind.as_view(), name="person-find"),
    path("persons/<uuid:uid>/", persons.PersonDetail.as_view(), name="person-detail"),
    path("persons/<uuid:uid>/show-nik/", persons.PersonNik.as_view(), name="person-nik"),
    path("businesses/", businesses.BusinessList.as_view(), name="business-list"),
    path("businesses/<uuid:uid>/", businesses.BusinessDetail.as_view(), name="business-detail"),
    path("businesses/<uuid:uid>/status/", businesses.BusinessStanding.as_view(), name="business-status"),
    path("businesses/<uuid:uid>/licences/<slug:kind>/", businesses.BusinessLicence.as_view(), name="business-licence"),
    path("licences/", businesses.LicenceList.as_view(), name="licence-list"),
]
