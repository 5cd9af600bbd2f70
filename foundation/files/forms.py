"""A file in a form: taken by the camera or picked, and kept when the form comes back for another field."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.files import purposes
from foundation.files.actions import uploads
from foundation.files.enums import ACCEPTS, FileKind
from foundation.files.models import StoredFile


class StoredFileInput(forms.FileInput):
    """Two ways to one file, camera and folder, and the file that was kept. Works without JavaScript."""

    look = "stored"
    template_name = "components/stored_file_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.kept: StoredFile | None = None
        self.accept, self.max_bytes, self.has_camera = "", 0, True
        self.of_paper = True

    def kept_name(self, name: str) -> str:
        """The hidden control that says which file was kept."""
        return f"{name}-tersimpan"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The last of the two that is not empty: a browser sends both."""
        sent = [file for file in (files.getlist(name) if hasattr(files, "getlist") else [files.get(name)]) if file]
        return sent[-1] if sent else None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and self.kept_name(name) not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Django's, with what components/stored_file_input.html shows."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "kept": self.kept,
            "kept_name": self.kept_name(name),
            "accept": self.accept,
            "max_bytes": self.max_bytes,
            "has_camera": self.has_camera,
            "of_paper": self.of_paper,
            "photos_only": self.accept == ACCEPTS[FileKind.PHOTO],
        }
        return context


class StoredFileField(forms.FileField):
    """A private file for a purpose; its cleaned value is a StoredFile that an action may `use`, or None.

    `needed`: the form may be saved without it, but it has to come some time, so it is not called optional. `of_paper`: the
    camera is meant for a paper; else for a place or a thing.
    """

    widget = StoredFileInput
    default_error_messages = {"required": _("Please take a photo or choose the file.")}

    def __init__(self, *, purpose: str, needed: bool = False, of_paper: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.purpose, self.needed, self.of_paper = purpose, needed, of_paper

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Django's, without its own limits on name and size: those of the purpose hold (uploads.store)."""
        if data is None and initial is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return data or initial


def _input(field: StoredFileField) -> StoredFileInput:
    widget: Any = field.widget
    return widget  # type: ignore[no-any-return]  # the form's own copy


class UploadForm(forms.Form):
    """A form with private files: what was sent right is stored at once and not lost when another field is wrong.

    Takes `by`, who sends. A file that no form ever takes is swept after a day.
    """

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        for name, field in self._uploads():
            purpose, widget = purposes.get(field.purpose), _input(field)
            widget.accept = ",".join(ACCEPTS[kind] for kind in FileKind if kind in purpose.kinds)
            widget.max_bytes = purpose.max_bytes
            widget.has_camera, widget.of_paper = FileKind.PHOTO in purpose.kinds, field.of_paper
            if self.is_bound:
                widget.kept = self._kept(widget.kept_name(self.add_prefix(name)), purpose.name)

    def _uploads(self) -> list[tuple[str, StoredFileField]]:
        return [(name, field) for name, field in self.fields.items() if isinstance(field, StoredFileField)]

    def _kept(self, control: str, purpose: str) -> StoredFile | None:
        """The file that an earlier try left, if it is this person's own and nothing has taken it."""
        try:
            uid = UUID(str(self.data.get(control, "")))
        except ValueError:
            return None
        return StoredFile.objects.waiting_of(self.by, purpose).filter(uid=uid).first()

    def get_initial_for_field(self, field: Any, field_name: str) -> Any:
        """A kept file is what the field starts from."""
        if isinstance(field, StoredFileField):
            return _input(field).kept
        return super().get_initial_for_field(field, field_name)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's own, without a stub
        for name, field in self._uploads():
            sent = self.cleaned_data.get(name)
            if sent is None or isinstance(sent, StoredFile):
                continue
            try:
                kept = uploads.store(sent, purpose=field.purpose, by=self.by, now=clock.now())
            except ActionError as refusal:
                self.add_error(name, str(refusal))
            else:
                self.cleaned_data[name] = _input(field).kept = kept
