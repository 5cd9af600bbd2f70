"""Who may open a file, how it is served, and forms that come back."""

import datetime as dt
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from foundation.audit.models import Event
from foundation.files.actions import uploads
from foundation.files.forms import StoredFileField, UploadForm
from foundation.files.models import StoredFile
from tests.factories import files
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _nobody_reads() -> None:
    files.READERS.clear()
    files.OWNERS.clear()


def stored(by: Any, content: bytes = files.PDF, name: str = "izin.pdf", *, used: bool = True) -> StoredFile:
    file = uploads.store(files.upload(content, name), purpose="test_paper", by=by, now=NOW)
    return uploads.use(file, purpose="test_paper", region_code="16.71", by=by, now=NOW) if used else file


def got(client: Client, user: Any, file: StoredFile) -> Any:
    client.force_login(user)
    answer: Any = client.get(reverse("files:read", args=[file.uid]))
    answer.body = b"".join(answer.streaming_content) if answer.streaming else b""
    return answer


def test_for_strangers_there_is_no_such_file(client: Client) -> None:
    sender = UserFactory()
    file = stored(sender)
    assert client.get(reverse("files:read", args=[file.uid])).status_code == 302
    assert got(client, UserFactory(), file).status_code == 404
    assert got(client, sender, file).status_code == 404  # she sent it, but the purpose's rule does not know her
    files.READERS.add(sender.pk)
    assert got(client, sender, file).status_code == 200


def test_before_a_form_took_it_a_file_is_its_senders_alone(client: Client) -> None:
    sender, reader = UserFactory(), UserFactory()
    files.READERS.add(reader.pk)
    file = stored(sender, used=False)
    assert got(client, sender, file).status_code == 200
    assert got(client, reader, file).status_code == 404


def test_a_file_can_run_and_load_nothing(client: Client) -> None:
    user = UserFactory()
    files.OWNERS.add(user.pk)
    answer = got(client, user, stored(user, name='"; x=\r\nSet-Cookie: a=b.html'))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert "\n" not in answer["Content-Disposition"]
    assert ".pdf" in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.body == files.PDF


def test_a_photo_opens_in_the_browser(client: Client) -> None:
    user = UserFactory()
    files.OWNERS.add(user.pk)
    answer = got(client, user, stored(user, files.picture(), "izin.png"))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == ("image/jpeg", 'inline; filename="izin.jpg"')


def test_a_look_at_somebody_elses_paper_is_written_down(client: Client) -> None:
    owner, officer = UserFactory(), UserFactory()
    file = stored(owner)
    files.OWNERS.add(owner.pk)
    files.READERS.add(officer.pk)
    got(client, owner, file)
    assert not Event.objects.filter(verb="file.read").exists()
    got(client, officer, file)
    assert Event.objects.get(verb="file.read").actor == officer


def test_what_was_let_go_or_lost_is_not_there(client: Client) -> None:
    user = UserFactory()
    files.OWNERS.add(user.pk)
    gone, lost = stored(user), stored(user)
    uploads.remove(gone, by=None, now=NOW, reason="erasure")
    uploads.default_storage.delete(lost.path)
    assert [got(client, user, file).status_code for file in (gone, lost)] == [404, 404]


def test_two_hundred_megabytes_are_refused_by_their_length(client: Client) -> None:
    """Nothing is read: the body of this request does not even exist."""
    answer = client.post(
        reverse("accounts:login"), b"x", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH="200000000"
    )
    assert answer.status_code == 413
    assert f"{settings.UPLOAD_MAX_BYTES // 1_000_000} MB" in answer.content.decode()
    told = client.post("/api/v1/schema/", b"x", content_type="application/json", CONTENT_LENGTH="200000000")
    assert (told.status_code, told["Content-Type"]) == (413, "application/json")


# Forms


class PaperForm(UploadForm):
    number = forms.CharField()
    paper = StoredFileField(purpose="test_paper")


def sent(data: dict[str, str], *contents: bytes) -> dict[str, Any]:
    return {"data": data, "files": MultiValueDict({"paper": [files.upload(content) for content in contents]})}


def test_a_file_outlives_a_mistake_in_another_field() -> None:
    user = UserFactory()
    first = PaperForm(**sent({"number": ""}, files.PDF), by=user)
    assert not first.is_valid()
    assert list(first.errors) == ["number"]
    kept = StoredFile.objects.get()
    html = str(first["paper"])
    assert f'name="paper-tersimpan" value="{kept.uid}"' in html
    assert "izin.jpg" in html
    again = PaperForm(**sent({"number": "1", "paper-tersimpan": str(kept.uid)}), by=user)
    assert again.is_valid()
    assert again.cleaned_data["paper"] == kept


def test_nobody_takes_over_what_somebody_else_has_sent() -> None:
    theirs = stored(UserFactory(), used=False)
    for token in (str(theirs.uid), "x", "", "' OR 1=1"):
        form = PaperForm(**sent({"number": "1", "paper-tersimpan": token}), by=UserFactory())
        assert list(form.errors) == ["paper"]


def test_a_refused_file_is_told_at_its_field_and_the_kept_one_stays() -> None:
    user = UserFactory()
    kept = stored(user, used=False)
    form = PaperForm(**sent({"number": "1", "paper-tersimpan": str(kept.uid)}, b"<svg/>"), by=user)
    assert list(form.errors) == ["paper"]
    assert str(kept.uid) in str(form["paper"])


def test_camera_and_folder_are_two_ways_to_one_file() -> None:
    html = str(PaperForm(by=UserFactory())["paper"])
    assert html.count('type="file" name="paper"') == 2
    assert 'capture="environment"' in html
    form = PaperForm(**sent({"number": "1"}, b"", files.picture()), by=UserFactory())
    assert form.is_valid(), form.errors
