"""What migrations cost everybody who starts from nothing: each test process, each new office."""

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from foundation.common.together import together
from tests.structure.sources import BASE

OURS = [config.label for config in apps.get_app_configs() if (BASE / config.name.replace(".", "/")).is_dir()]


def test_neighbours_share_one_drawing_of_the_models() -> None:
    found = MigrationLoader(None).disk_migrations
    apart = [
        f"{app}.{name}: write `operations = together([...])` (foundation.common.together)"
        for (app, name), migration in sorted(found.items())
        if app in OURS and len(together(migration.operations)) < len(migration.operations)
    ]

    assert not apart
