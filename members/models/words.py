"""The words that names are made of, so that a misspelt one is compared with words and not with a whole city."""

from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class NameWord(models.Model):
    """A word that stands in somebody's name or on somebody's business; of whom is not told. Kept by `members.learn_words`."""

    word = models.CharField(_("word"), max_length=40, primary_key=True)

    class Meta:
        verbose_name = _("word of names")
        verbose_name_plural = _("words of names")
        constraints = [
            models.CheckConstraint(
                name="nameword_letters",
                condition=models.Q(word__regex=r"^[[:alpha:]]{3,40}$"),
                violation_error_message=_("A word has 3 to 40 letters."),
            )
        ]
        indexes = [GistIndex(OpClass(F("word"), name="gist_trgm_ops"), name="nameword_trgm_idx")]

    def __str__(self) -> str:
        return self.word
