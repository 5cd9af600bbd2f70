"""Message catalogues without system gettext: extract, check and compile, one Indonesian catalogue an app.

Texts stand in English in code and templates; each app owns the Indonesian of its own texts. References
name the file but no line, so that two branches that move lines do not conflict.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

LANGUAGE = "id"
# Entries that no source of ours names: texts of a part (theme, login library) that we word ourselves.
PART_MARK = "Part:"
HEADER = {
    "Project-Id-Version": "Guyub",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

FOUNDATION = ("accounts", "audit", "clients", "files", "jobs", "ledger", "notifications", "regions")
APPS = ("members", "trainings", "revolving_funds", "forums", "monitoring")
PYTHON_ROOTS = ("foundation", "msme_platform", *APPS)
TEMPLATE_SUFFIXES = (".html", ".txt", ".xml")
SKIPPED_PARTS = {"migrations", "locale", "__pycache__", "formats"}
# Folder of templates -> folder whose catalogue owns their texts; other templates belong to the house.
TEMPLATE_OWNERS = {
    **{app: app for app in APPS},
    **{app: f"foundation/{app}" for app in FOUNDATION},
    "account": "foundation/accounts",
    "mfa": "foundation/accounts",
    "portal": "msme_platform/portal",
    "office": "msme_platform/office",
    "admin": "msme_platform/office",
    "unfold": "msme_platform/office",
}
PYTHON_OWNERS = ("msme_platform/portal", "msme_platform/office", *(f"foundation/{app}" for app in FOUNDATION), *APPS)

# Where the arguments of a call stand: (context, singular, plural), counted from 0.
KEYWORDS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"\b(n?p?gettext|_)\(({STRING}(?:, ?{STRING})*)(?:, ?count)?\)")
# Words for which the interface has another one; which, docs/glossary.md says.
HOUSE_WORDS = {"anda": "Ibu/Bapak", "kamu": "Ibu/Bapak", "sesi": "pertemuan"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!%)%[sd]|\{(\w*)\}")


@dataclass(frozen=True, order=True)
class Key:
    """What gettext looks a text up by."""

    msgid: str
    context: str = ""


@dataclass
class Message:
    """One text of the sources, with the files that use it."""

    key: Key
    plural: str = ""
    files: set[str] = field(default_factory=set)


@dataclass
class Catalogue:
    """The texts that one folder owns, and its .po file."""

    path: Path
    messages: dict[Key, Message] = field(default_factory=dict)

    def add(self, key: Key, plural: str, file: str) -> None:
        """Take up a text, or one more file that uses it."""
        message = self.messages.setdefault(key, Message(key))
        message.plural = message.plural or plural
        message.files.add(file)


def key_of(entry: polib.POEntry) -> Key:
    """The key of an entry of a .po file."""
    return Key(entry.msgid, entry.msgctxt or "")


def owner(relative: Path) -> str:
    """The folder whose catalogue owns the texts of this file; "" is the house itself."""
    parts = relative.parts
    if parts[0] == "templates":
        return TEMPLATE_OWNERS.get(parts[1], "") if len(parts) > 2 else ""  # noqa: PLR2004 -- templates/<folder>/<file>
    return next((folder for folder in PYTHON_OWNERS if relative.is_relative_to(folder)), "")


def source_files(root: Path) -> Iterator[Path]:
    """Every file that can hold a text, in a fixed order."""
    found = [path for folder in PYTHON_ROOTS for path in (root / folder).rglob("*.py")]
    folders = [root / "templates", *(path for top in PYTHON_ROOTS for path in (root / top).rglob("templates"))]
    found += [path for folder in folders for path in folder.rglob("*") if path.suffix in TEMPLATE_SUFFIXES]
    return (path for path in sorted(set(found)) if not SKIPPED_PARTS & set(path.relative_to(root).parts))


def template_messages(path: Path) -> Iterator[tuple[Key, str]]:
    """Texts of a Django template, by Django's own reader of translation tags."""
    for call in TEMPLATE_CALL.finditer(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        texts = [str(ast.literal_eval(text)) for text in re.findall(STRING, call[2])]
        context, singular, plural = KEYWORDS[call[1]]
        if texts[singular]:
            yield Key(texts[singular], texts[context] if context is not None else ""), texts[plural] if plural else ""


def python_messages(path: Path) -> Iterator[tuple[Key, str]]:
    """Texts of a Python module. A call whose text is not a literal is passed over."""
    with path.open("rb") as source:
        for _line, function, found, _comments in extract_python(
            source, dict.fromkeys(KEYWORDS), [], {"encoding": "utf-8"}
        ):
            texts = list(found) if isinstance(found, tuple) else [found]
            context, singular, plural = KEYWORDS[str(function)]
            if len(texts) > singular and texts[singular]:
                yield (
                    Key(str(texts[singular]), str(texts[context]) if context is not None else ""),
                    str(texts[plural]) if plural else "",
                )


def collect(root: Path) -> dict[str, Catalogue]:
    """Texts of all sources by owning folder; a catalogue without texts is there if its file is."""
    catalogues: dict[str, Catalogue] = {}
    for folder in ("", *PYTHON_OWNERS):
        path = root / folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        catalogues[folder] = Catalogue(path)
    for path in source_files(root):
        relative = path.relative_to(root)
        read = python_messages if path.suffix == ".py" else template_messages
        for key, plural in read(path):
            catalogues[owner(relative)].add(key, plural, relative.as_posix())
    return {folder: found for folder, found in catalogues.items() if found.messages or found.path.exists()}


def is_part(entry: polib.POEntry) -> bool:
    """Whether the entry words a text of a part, which no source of ours names."""
    return bool(entry.tcomment.startswith(PART_MARK))


def translations(entry: polib.POEntry) -> list[str]:
    """The translated forms of an entry; Indonesian has one form for every number."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def update(root: Path, only: Iterable[str] = ()) -> list[Path]:
    """Write the catalogues (of the folders in `only`, else all) from the sources; return the files that changed.

    Translations are kept. A text that moved to another app takes its translation along. Texts that left the sources leave the file.
    """
    catalogues = collect(root)
    old = {folder: _read(catalogue.path) for folder, catalogue in catalogues.items()}
    memory: dict[Key, polib.POEntry] = {}
    for entries in old.values():
        for key, entry in entries.items():
            if all(translations(entry)) and not entry.fuzzy:
                memory.setdefault(key, entry)
    changed = []
    for folder, catalogue in catalogues.items():
        if (not only or folder in only) and _write(catalogue, old[folder], memory):
            changed.append(catalogue.path)
    return changed


def _read(path: Path) -> dict[Key, polib.POEntry]:
    if not path.exists():
        return {}
    return {key_of(entry): entry for entry in polib.pofile(str(path), encoding="utf-8") if not entry.obsolete}


def _write(catalogue: Catalogue, old: dict[Key, polib.POEntry], memory: dict[Key, polib.POEntry]) -> bool:
    po = polib.POFile(wrapwidth=110)
    po.metadata = dict(HEADER)
    entries = [_entry(message, old.get(key) or memory.get(key)) for key, message in catalogue.messages.items()]
    entries += [entry for key, entry in old.items() if is_part(entry) and key not in catalogue.messages]
    po.extend(sorted(entries, key=key_of))
    text = str(po).rstrip("\n") + "\n"
    if catalogue.path.exists() and catalogue.path.read_text(encoding="utf-8") == text:
        return False
    catalogue.path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.path.write_text(text, encoding="utf-8")
    return True


def _entry(message: Message, known: polib.POEntry | None) -> polib.POEntry:
    translated = translations(known)[0] if known else ""
    flags = [flag for flag in (known.flags if known else []) if flag == "fuzzy"]
    if re.search(r"%\(\w+\)[sd]|(?<!%)%[sd]", message.key.msgid):
        flags.append("python-format")
    return polib.POEntry(
        msgid=message.key.msgid,
        msgctxt=message.key.context or None,
        msgid_plural=message.plural,
        msgstr="" if message.plural else translated,
        msgstr_plural={0: translated} if message.plural else {},
        occurrences=[(file, "") for file in sorted(message.files)],
        tcomment=known.tcomment if known else "",
        flags=flags,
    )


def faults(root: Path) -> list[str]:
    """What keeps the catalogues from being complete; empty means that every text has its Indonesian."""
    found: list[str] = []
    wordings: dict[Key, dict[str, str]] = defaultdict(dict)
    for catalogue in collect(root).values():
        name = catalogue.path.relative_to(root).as_posix()
        entries = _read(catalogue.path)
        found += [f"{name}: missing: {key.msgid!r}" for key in sorted(set(catalogue.messages) - set(entries))]
        found += [
            f"{name}: obsolete: {key.msgid!r}"
            for key, entry in entries.items()
            if key not in catalogue.messages and not is_part(entry)
        ]
        for key, entry in entries.items():
            found += [f"{name}: {fault}: {key.msgid!r}" for fault in _entry_faults(entry)]
            wordings[key][name] = translations(entry)[0]
    # Django merges all catalogues into one, so two wordings of one text would hide each other.
    found += [
        f"{' and '.join(sorted(by_file))}: two wordings (give one a context, or word them alike): {key.msgid!r}"
        for key, by_file in sorted(wordings.items())
        if len(set(filter(None, by_file.values()))) > 1
    ]
    return found


def _entry_faults(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "fuzzy"
    if not all(translations(entry)):
        yield "untranslated"
        return
    wanted = placeholders(entry.msgid_plural or entry.msgid)
    if not all(wanted == placeholders(text) for text in translations(entry)):
        yield "placeholders differ"
    words = {word.lower() for text in translations(entry) for word in re.findall(r"\w+", text)}
    yield from (f"says {word!r}, the house says {ours!r}" for word, ours in HOUSE_WORDS.items() if word in words)


def placeholders(text: str) -> set[str]:
    """The names that formatting fills in, `%(name)s` and `{name}` alike."""
    return {match[0] for match in PLACEHOLDER.finditer(text)}


def compile_all(root: Path) -> int:
    """Write the .mo file of every catalogue; return how many there are."""
    paths: Iterable[Path] = sorted(
        path for folder in ("", *PYTHON_OWNERS) for path in (root / folder / "locale").glob("*/LC_MESSAGES/django.po")
    )
    count = 0
    for path in paths:
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            polib.pofile(str(path), encoding="utf-8").save_as_mofile(str(compiled))
        count += 1
    return count
