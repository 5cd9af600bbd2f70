"""Documents: PDF by Typst from templates/documents/, QR codes by segno."""

import io
import json
from typing import Any

import segno
import typst
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

DOCUMENTS = settings.BASE_DIR / "templates" / "documents"


def render_pdf(template: str, data: dict[str, Any]) -> bytes:
    """PDF of `templates/documents/<template>.typ`; the template reads `data` as JSON from sys.inputs."""
    return typst.compile(str(DOCUMENTS / f"{template}.typ"), root=str(DOCUMENTS), sys_inputs={"data": json.dumps(data)})


def qr_svg(text: str) -> SafeString:
    """The QR code as inline SVG without a style attribute; its alternative text stands beside it in words."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, svgclass="qr", lineclass=None
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 -- made by segno from a code of ours


def qr_svg_text(text: str) -> str:
    """The same, as a plain string for Typst."""
    return str(qr_svg(text))
