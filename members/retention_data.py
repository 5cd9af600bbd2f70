"""The retention rules that a new installation starts with. An office confirms them by its own archive schedule (JRA)."""

import datetime as dt
from typing import Any, Final

SINCE: Final = dt.date(2022, 10, 17)  # UU 27/2022 is in force
RULES: Final = (
    # key, days, legal basis
    ("messages", 730, "UU 27/2022 ps. 42-44; jangka waktu ditetapkan dinas menurut jadwal retensi arsip"),
    ("webhooks", 90, "UU 27/2022 ps. 42-44; jangka waktu ditetapkan dinas menurut jadwal retensi arsip"),
    ("loans", 3652, "UU 8/1997 ps. 11: dokumen keuangan disimpan 10 tahun"),
)


def load(retention_rule: Any) -> None:
    """Put the rules in place where there are none."""
    for key, days, basis in RULES:
        if not retention_rule.objects.filter(key=key).exists():
            retention_rule.objects.create(key=key, days=days, valid_from=SINCE, legal_basis=basis)
