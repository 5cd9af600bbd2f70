"""Addresses of monitoring: the owner's link and the assistant's tasks."""

from django.urls import path

from monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("kabar/<str:token>/", views.checkin_answer, name="checkin-answer"),
    path("tugas/", views.task_list, name="task-list"),
    path("tugas/<uuid:uid>/", views.task_detail, name="task-detail"),
    path("tugas/<uuid:uid>/jawaban/", views.task_answer, name="task-answer"),
    path("tugas/<uuid:uid>/percobaan/", views.task_attempt, name="task-attempt"),
    path("tugas/<uuid:uid>/tidak-terhubung/", views.task_give_up, name="task-give-up"),
]
