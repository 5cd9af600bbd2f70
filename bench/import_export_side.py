"""The other side of `python -m bench imports --peer`: django-import-export with a Django of its own.

`PYTHON import_export_side.py FILE.xlsx` with host, port, user, password and database on the standard input, a line each. The
rows go into one plain table with a unique NIK: no checks, no history, no encryption. Dry run, then commit; dropped afterwards.
"""

import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection, models


def configure(host: str, port: str, user: str, password: str, name: str) -> None:
    """Django for the peer alone."""
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": host,
        "PORT": port,
        "USER": user,
        "PASSWORD": password,
    }
    settings.configure(
        DATABASES={"default": database | {"NAME": name}},
        INSTALLED_APPS=["import_export"],
        USE_TZ=True,
        SECRET_KEY="bench",
    )
    django.setup()


def plain_table(columns: list[str]) -> type[models.Model]:
    """A model with the columns of the file, as text, and NIK as its key."""
    fields: dict[str, Any] = {name: models.TextField(default="") for name in columns}
    fields["nik"] = models.TextField(unique=True)
    meta = type("Meta", (), {"app_label": "import_export", "db_table": "bench_peer"})
    return type("Row", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})


def main() -> None:
    """Read, dry run, commit."""
    configure(*(sys.stdin.read().split("\n")[:5]))
    import tablib  # noqa: PLC0415
    from import_export.resources import modelresource_factory  # noqa: PLC0415

    data = tablib.Dataset().load(Path(sys.argv[1]).read_bytes(), format="xlsx")
    data.headers = [str(head).lower().replace(" ", "_") for head in data.headers]
    model = plain_table(list(data.headers))
    resource = modelresource_factory(model, meta_options={"import_id_fields": ["nik"], "fields": list(data.headers)})
    with connection.schema_editor() as editor:
        editor.create_model(model)
    try:
        for dry_run in (True, False):
            resource().import_data(data, dry_run=dry_run, raise_errors=True, use_transactions=True)
        assert model._default_manager.count() == len(data)
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(model)


if __name__ == "__main__":
    main()
