"""What is a secret by its name, known or not: headers, parameters of URLs, fields of JSON documents and of forms."""

from __future__ import annotations

import re

_HEADERS = ("api-key", "apikey", "x-auth", "authorization", "authenticat", "cookie", "token", "secret", "signature", "credential", "passw")
# A parameter of a URL, in a URL alone or in a text around it: by a word anywhere in its name, or by a whole word.
# (A cursor is called token, and masked with the rest.)
_PARAMETER = re.compile(
    r"([?&;](?:[\w.%-]{0,64}(?:api[-_]?key|access[-_]?key|key[-_]?pair|signature|credential|token|secret|passw)"
    r"[\w.%-]{0,64}|(?:[\w.%-]{0,64}[-_.])?(?:sig|code|state|auth|policy|session|key))=)[^&;#\s\"'<>\\]*",
    re.IGNORECASE,
)
_USER = re.compile(r"(://)[^/@\s\"'<>\\]+@")
# A field of a JSON document, or of a form.
_FIELD = re.compile(
    r'("(?:[\w-]*[-_])?(?:api[-_]?key|access[-_]?token|refresh[-_]?token|id[-_]?token|device[-_]?code|secret|password|signature|'
    r'code[-_]?verifier|authorization)(?:[-_]?(?:key|id))?"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|$)',
    re.IGNORECASE,
)
_FORM_FIELD = re.compile(r"(^|&)((?:code|code_verifier|device_code|token|refresh_token|access_token|client_secret)=)[^&\s]*")


def mask_named(text: str, mask: str) -> str:
    """Return a text with a mask in the place of all whose name tells that it is a secret."""
    text = _USER.sub(rf"\1{mask}@", text)
    text = _PARAMETER.sub(rf"\1{mask}", text)
    text = _FIELD.sub(rf'\1"{mask}"', text)
    return _FORM_FIELD.sub(rf"\1\2{mask}", text)


def is_secret_header(name: str) -> bool:
    """Tell whether the name of a header says that its value is a secret."""
    return any(word in name.lower() for word in _HEADERS)
