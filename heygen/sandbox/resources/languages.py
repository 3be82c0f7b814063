"""The languages that videos can be translated into."""

from __future__ import annotations

from heygen.api import documents

# name: code, as the API lists them.
LANGUAGES: dict[str, str] = documents.load("video-translate")["x-cli-values"]["output_languages"]
