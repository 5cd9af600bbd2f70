"""`manage.py messages`: the Indonesian catalogues, without a system gettext."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.reloader import translation_file_changed

from msme_platform import catalogues


class Command(BaseCommand):
    help = "Extract texts into <app>/locale/id (default), --check that they are complete, or --compile them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folders", nargs="*", metavar="FOLDER", help="only these, such as members; none = all")
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a text lacks its Indonesian")
        parser.add_argument("--compile", action="store_true", help="write the .mo files only")

    def handle(self, *_args: object, folders: list[str], check: bool, compile: bool, **_options: object) -> None:
        root = Path(settings.BASE_DIR)
        if check:
            self._check(root)
            return
        if not compile:
            for path in catalogues.update(root, [folder.strip("/") for folder in folders]):
                self.stdout.write(f"written: {path.relative_to(root)}")
        self.stdout.write(f"{catalogues.compile_all(root)} catalogues compiled")
        # This process has read those that were there before: none at the first start of the demo, which goes on to write.
        translation_file_changed(None, root / "django.mo")

    def _check(self, root: Path) -> None:
        faults = catalogues.faults(root)
        if faults:
            raise CommandError("\n".join([*faults, f"{len(faults)} faults; `make messages` extracts new texts."]))
        self.stdout.write("every text has its Indonesian")
