"""`python -m bench [pages|forums|trainings|statements|counts|ledger|imports] [options]`: by default the pages at full size."""

import importlib
import os
import sys

import django

SUITES = ("pages", "forums", "trainings", "statements", "counts", "ledger", "imports")


def main(arguments: list[str]) -> None:
    """Run one suite; what follows its name are its own options."""
    name = arguments[0] if arguments and arguments[0] in SUITES else "pages"
    rest = arguments[1:] if arguments[:1] == [name] else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "msme_platform.settings")
    django.setup()
    sys.argv = [f"bench {name}", *rest]
    importlib.import_module(f"bench.{name}").main()


main(sys.argv[1:])
