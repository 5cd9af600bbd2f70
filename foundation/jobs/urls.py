"""Addresses of the jobs."""

from django.urls import path

from foundation.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<uuid:uid>/", views.job_detail, name="detail"),
    path("<uuid:uid>/kemajuan/", views.job_progress, name="progress"),
    path("<uuid:uid>/unduh/", views.job_result, name="result"),
    path("<uuid:uid>/hentikan/", views.job_cancel, name="cancel"),
]
