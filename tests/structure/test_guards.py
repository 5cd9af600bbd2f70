"""The guards of conftest.py hold."""

import socket
import warnings
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template import Context, Origin, Template

from tests import guards


def rendered(source: str, folder: str = guards.OURS, **context: object) -> str:
    return Template(source, origin=Origin(f"{folder}/page.html")).render(Context(context))


def test_no_test_reaches_another_machine() -> None:
    with socket.socket() as outside, pytest.raises(guards.OutsideError, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


def test_a_warning_is_an_error() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn("gone soon", DeprecationWarning, stacklevel=1)


@pytest.mark.parametrize(
    "source",
    [
        "{{ absent }}",
        "{{ absent|upper }}",
        "{{ present.absent }}",
        "{% load i18n %}{% blocktranslate %}Dear {{ absent }}{% endblocktranslate %}",
        "{% for one in absent %}{% endfor %}{% with x=absent %}{% endwith %}",
    ],
)
def test_a_variable_that_nobody_set_fails_in_our_templates(source: str) -> None:
    with pytest.raises(guards.UndefinedVariableError, match=r"page\.html shows '(present\.)?absent'"):
        rendered(source, present={"x": 1})


def test_a_variable_may_be_absent_where_the_template_provides_for_it() -> None:
    assert rendered("{% if absent %}x{% endif %}{{ absent|default:'-' }}{{ present }}", present="p") == "-p"


def test_templates_of_parts_may_show_what_nobody_set() -> None:
    assert rendered("[{{ absent }}]", folder="/elsewhere") == "[]"


def test_files_go_to_a_temporary_folder() -> None:
    name = default_storage.save("letter.txt", ContentFile(b"x"))
    assert (Path(settings.MEDIA_ROOT) / name).exists()
    assert not Path(settings.MEDIA_ROOT).is_relative_to(settings.BASE_DIR)


def test_each_process_of_tests_has_a_redis_database_of_its_own() -> None:
    assert guards.numbered("unix:///a/redis.sock?db=0", 2) == "unix:///a/redis.sock?db=2"
    assert guards.numbered("redis://127.0.0.1:6379/1", 2) == "redis://127.0.0.1:6379/3"
