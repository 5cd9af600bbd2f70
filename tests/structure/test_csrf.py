"""A form in a part keeps its CSRF token: `include ... only` drops it unless it is handed over."""

import re

from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"([^%]*)\bonly\s*%}')


def test_parts_with_a_form_are_handed_the_token() -> None:
    with_form = {
        str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if "{% csrf_token %}" in path.read_text()
    }
    forgotten = [
        f"{path.relative_to(TEMPLATES)} includes {part}"
        for path in TEMPLATES.rglob("*.html")
        for part, names in INCLUDE.findall(path.read_text())
        if part in with_form and "csrf_token=" not in names
    ]
    assert forgotten == []
