"""Addresses under /forum/."""

from django.urls import path

from forums import views

app_name = "forums"

urlpatterns = [
    path("", views.home, name="home"),
    path("papan/", views.board_list, name="boards"),
    path("papan/<uuid:uid>/", views.board_detail, name="board"),
    path("papan/<uuid:uid>/dibaca/", views.board_read, name="board-read"),
    path("diikuti/", views.followed, name="followed"),
    path("cari/", views.search, name="search"),
    path("tulis/", views.topic_create, name="topic-create"),
    path("t/<slug:short>/", views.shared, name="shared"),
    path("topik/<uuid:uid>/", views.topic_detail, name="topic"),
    path("topik/<uuid:uid>/ikuti/", views.topic_follow, name="topic-follow"),
    path("topik/<uuid:uid>/tutup/", views.topic_lock, name="topic-lock"),
    path("topik/<uuid:uid>/buka/", views.topic_unlock, name="topic-unlock"),
    path("tulisan/<uuid:uid>/terbaik/", views.post_best, name="post-best"),
    path("tulisan/<uuid:uid>/ubah/", views.post_edit, name="post-edit"),
    path("tulisan/<uuid:uid>/riwayat/", views.post_history, name="post-history"),
    path("tulisan/<uuid:uid>/laporkan/", views.post_report, name="post-report"),
    path("tulisan/<uuid:uid>/sembunyikan/", views.post_hide, name="post-hide"),
    path("tulisan/<uuid:uid>/tampilkan/", views.post_restore, name="post-restore"),
    path("moderasi/", views.queue, name="queue"),
    path("moderasi/<uuid:uid>/", views.report_handle, name="report-handle"),
]
