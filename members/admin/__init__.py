"""Members and licensing in the office."""

from members.admin import cases, duplicates, imports, laws, licences, people, privacy, register, scales, stages

__all__ = [
    "cases",
    "duplicates",
    "imports",
    "laws",
    "licences",
    "people",
    "privacy",
    "register",
    "scales",
    "stages",
]
