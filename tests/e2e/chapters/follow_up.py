"""Chapter 5: a month later. Yani answers by her link; Rahma is silent, and her assistant asks by phone."""

import datetime as dt

from members.models import Business
from monitoring.models import CheckIn, Task
from tests.e2e.chapters.cast import YANI, Cast, latest, live_through, local_path, press, see


def the_day_comes_and_she_answers(cast: Cast) -> None:
    due = CheckIn.objects.filter(person__full_name=YANI, wave=1).latest("pk").due_on
    live_through(due, due)
    page = cast.page("stranger")  # no login: the link is enough
    page.goto(local_path(latest("checkin_invitation", recipient_name=YANI, channel="WHATSAPP")))
    cast.picture(page, "check-in")
    page.check("input[name=operating][value=ACTIVE]")
    page.check("input[name=change][value=UP]")
    page.select_option("select[name=band]", "TO_3M")
    page.fill("input[name=workers]", "2")
    press(page, "Kirim kabar")
    cast.picture(page, "check-in-thanks")
    assert CheckIn.objects.filter(person__full_name=YANI, wave=1, state="ANSWERED").exists()


def silence_becomes_a_task_of_the_assistant(cast: Cast) -> None:
    open_one = CheckIn.objects.get(person__full_name="Rahma Fitriani", wave=1, cause="TRAINING")
    live_through(open_one.due_on, open_one.due_on + dt.timedelta(days=11))
    task = Task.objects.get(checkin=open_one)
    page = cast.page("rizky")
    page.goto("/tugas/")
    see(page, "Rahma Fitriani")
    cast.picture(page, "tasks")
    page.goto(f"/tugas/{task.uid}/jawaban/")
    page.check("input[name=operating][value=TOOK_JOB]")
    press(page, "Simpan jawaban")
    business = Business.objects.get(owner__full_name="Rahma Fitriani")
    assert business.status == "TOOK_JOB"
    assert business.status_periods.filter(end_at=None).get().reason
