"""The random ID that stands for an installation, and whether its user has seen the notice."""

from __future__ import annotations

from heygen.core import storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.context import Context


FILE = "analytics.json"


class Identity:
    """The file that holds both. Everything raises HeygenError or OSError where it cannot be read or kept."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._file = storage.writable_path(context, FILE)

    @property
    def id(self) -> str:
        """The ID, which is made where there is none."""
        found = self._read().get("id")
        return found if isinstance(found, str) else self._keep(id=self.context.uuid())["id"]

    @property
    def has_seen_notice(self) -> bool:
        """Whether the notice was shown before."""
        return b'"notice"' in (storage.read(self._file) or b"")

    def mark_notice_as_seen(self) -> None:
        """Keep in mind that the notice was shown."""
        self._keep(notice=True)

    def _read(self) -> dict[str, Any]:
        import json

        try:
            fields = json.loads(storage.read(self._file) or b"{}")
        except ValueError:
            fields = {}
        return fields if isinstance(fields, dict) else {}

    def _keep(self, **additions: Any) -> dict[str, Any]:
        import json

        with storage.Lock(self.context, self._file, patience=1):
            fields = {**additions, **self._read()}
            storage.write(self._file, (json.dumps(fields) + "\n").encode())
            return fields
