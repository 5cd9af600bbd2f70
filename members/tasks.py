"""Jobs of members."""

from typing import Any

from celery import shared_task

from foundation.common import clock
from members.actions import drafts, duplicates, import_runs, merges, stages, tallies, words


@shared_task(name="members.forget_drafts")
def forget_drafts(**_kwargs: Any) -> None:
    """Throw away registrations that were begun and not touched for 30 days: they hold identity numbers."""
    drafts.forget_old(now=clock.now())


@shared_task(name="members.find_duplicates")
def find_duplicates(**_kwargs: Any) -> None:
    """Compare all people once a night; what may be registered twice waits for staff in the morning."""
    duplicates.find(now=clock.now())


@shared_task(name="members.forget_merges")
def forget_merges(**_kwargs: Any) -> None:
    """Throw away what was kept for taking merges back, once their 30 days are over."""
    merges.forget_old(now=clock.now())


@shared_task(name="members.forget_imports")
def forget_imports(**_kwargs: Any) -> None:
    """Throw away spreadsheets that nobody brought in for a week."""
    import_runs.forget_old(now=clock.now())


@shared_task(name="members.fold_counts")
def fold_counts(**_kwargs: Any) -> None:
    """Many lines of the kept counts become one."""
    tallies.fold()


@shared_task(name="members.move_stages")
def move_stages(**_kwargs: Any) -> None:
    """Bring every member's stage to what the rules say today; overrides that are over end."""
    stages.recompute(now=clock.now())


@shared_task(name="members.learn_words")
def learn_words(**_kwargs: Any) -> None:
    """The words of new names, so that they are found misspelt; those that nobody is called any more go."""
    words.learn()
