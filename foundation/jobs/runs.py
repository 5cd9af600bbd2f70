"""One worker's run of a job: what the work itself is given, and the thread that says that it lives."""

import contextlib
import threading
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from foundation.jobs.actions import running
from foundation.jobs.models import Job

BEAT_SECONDS: Final = 2.0


class StopAskedError(Exception):
    """Somebody asked the job to stop."""


class Run:
    """What a kind's function gets: the job, how to tell how far it is, and where its file goes.

    The function opens no transaction around `progress`; inside its own transactions it calls `hold` first.
    """

    def __init__(self, job: Job, *, now: datetime) -> None:
        self.job, self.now = job, now
        self.params: dict[str, Any] = job.params
        self.done, self.total, self.note = 0, job.total, ""
        self.result: tuple[str, str] = ("", "")
        self._stop_asked = self._lost = False
        self._ended = threading.Event()
        # Inside a transaction (a test) another connection would not even see the job: then progress beats itself.
        self._thread = None if connection.in_atomic_block else threading.Thread(target=self._keep_beating, daemon=True)

    @property
    def beats_by_itself(self) -> bool:
        """Whether `progress` leaves the caller's connection alone, so that it can be called in the middle of a COPY."""
        return self._thread is not None

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Say how far it is: cheap, call it as often as you like. Raises what ends the run."""
        self.done, self.total, self.note = done, total if total is not None else self.total, str(note) or self.note
        if self._thread is None:
            self._beat()
        if self._lost:
            raise running.LostClaimError
        if self._stop_asked:
            raise StopAskedError

    def hold(self) -> None:
        """First in a transaction that changes anything: until it ends, no other worker takes the job over."""
        running.hold(pk=self.job.pk, claimed=self._claim)

    def file(self, name: str) -> Path:
        """Where to write the result, which the person gets under `name`."""
        folder = self.job.folder / str(self._claim)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"result{Path(name).suffix}"
        self.result = str(path.relative_to(settings.MEDIA_ROOT)), name[:150]
        return path

    @property
    def _claim(self) -> UUID:
        claim = self.job.claim
        assert claim is not None  # noqa: S101 -- a run begins with a claim
        return claim

    def _beat(self) -> None:
        try:
            self._stop_asked = running.beat(
                pk=self.job.pk, claimed=self._claim, done=self.done, total=self.total, note=self.note
            )
        except running.LostClaimError:
            self._lost = True

    def _keep_beating(self) -> None:
        try:
            while not self._lost and not self._ended.wait(BEAT_SECONDS):
                with contextlib.suppress(DatabaseError):  # away for a moment: the next beat tries again
                    self._beat()
        finally:
            connection.close()

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
