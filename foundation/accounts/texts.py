"""The words that people agree to, by version. A changed word is a new version; old ones stay, for they were agreed to.

Source of the rules: UU 27/2022 on personal data protection, art. 5-13 (rights) and 20-24 (consent).
"""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Consent

VERSION: Final = "2026-11"

TEXTS: Final[dict[tuple[str, str], Any]] = {
    (Consent.Purpose.REGISTER, "2026-11"): _(
        "I agree that the Cooperatives and SME office keeps the data of me and my business and uses it for training, "
        "funds, licensing help and follow-up. I may see, correct and have it deleted at any time."
    ),
    (Consent.Purpose.WHATSAPP, "2026-11"): _(
        "I agree to receive messages of the office by WhatsApp. I can stop them at any time by answering BERHENTI."
    ),
    (Consent.Purpose.DIRECTORY, "2026-11"): _(
        "I agree that the name, product and district of my business are shown in the public directory."
    ),
}


def current() -> list[tuple[str, Any]]:
    """The purposes with the words now in use."""
    return [(purpose, TEXTS[purpose, VERSION]) for purpose in Consent.Purpose.values]


def wording(purpose: str, version: str) -> Any:
    """What a consent of `version` said; '' for a version that was only on paper."""
    return TEXTS.get((purpose, version), "")
