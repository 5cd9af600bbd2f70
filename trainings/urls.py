"""Addresses of trainings, mounted at /pelatihan/."""

from django.urls import path

from trainings.views import door, manage, offers, papers, public, scanner, topics

app_name = "trainings"

urlpatterns = [
    path("", public.training_list, name="training-list"),
    path("saya/", public.my_list, name="my-list"),
    path("baru/", manage.training_schedule, name="training-schedule"),
    path("sertifikat/", papers.certificate_find, name="certificate-find"),
    path("sertifikat/<str:code>/", papers.certificate_verify, name="certificate-verify"),
    path("sertifikat/<str:code>/unduh/", papers.certificate_download, name="certificate-download"),
    path("usulan/", topics.topic_list, name="topic-list"),
    path("usulan/baru/", topics.topic_propose, name="topic-propose"),
    path("usulan/<uuid:uid>/", topics.topic_detail, name="topic-detail"),
    path("usulan/<uuid:uid>/pilih/", topics.topic_vote, name="topic-vote"),
    path("usulan/<uuid:uid>/tarik/", topics.topic_take_back, name="topic-take-back"),
    path("<uuid:uid>/", public.training_detail, name="training-detail"),
    path("<uuid:uid>/daftar/", public.enrolment_make, name="enrolment-make"),
    path("<uuid:uid>/batal/", public.enrolment_cancel, name="enrolment-cancel"),
    path("<uuid:uid>/tawaran/terima/", offers.offer_accept, name="offer-accept"),
    path("<uuid:uid>/tawaran/tolak/", offers.offer_decline, name="offer-decline"),
    path("<uuid:uid>/tiket/", public.ticket, name="ticket"),
    path("<uuid:uid>/ubah/", manage.training_change, name="training-change"),
    path("<uuid:uid>/topik/", topics.training_topics, name="training-topics"),
    path("<uuid:uid>/umumkan/", manage.training_publish, name="training-publish"),
    path("<uuid:uid>/batalkan/", manage.training_cancel, name="training-cancel"),
    path("<uuid:uid>/selesai/", manage.training_finish, name="training-finish"),
    path("<uuid:uid>/peserta/", manage.participant_list, name="participant-list"),
    path("<uuid:uid>/peserta/tambah/", manage.participant_add, name="participant-add"),
    path("<uuid:uid>/peserta/daftarkan/", manage.participant_enrol, name="participant-enrol"),
    path("<uuid:uid>/peserta/<uuid:enrolment_uid>/batal/", manage.participant_cancel, name="participant-cancel"),
    path("<uuid:uid>/peserta/<uuid:enrolment_uid>/terima/", offers.participant_accept, name="participant-accept"),
    path("<uuid:uid>/pindai/", scanner.scanner, name="scanner"),
    path("<uuid:uid>/pindai/siap/", scanner.scanner_prepare, name="scanner-prepare"),
    path("<uuid:uid>/pindai/kirim/", scanner.scanner_send, name="scanner-send"),
    path("<uuid:uid>/pindai/tutup/", scanner.scanner_close, name="scanner-close"),
    path("<uuid:uid>/pintu/", door.door, name="door"),
    path("<uuid:uid>/pintu/catat/", door.door_check_in, name="door-check-in"),
    path("<uuid:uid>/pintu/<uuid:enrolment_uid>/hadir/", door.door_tick, name="door-tick"),
]
