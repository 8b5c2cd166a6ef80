"""A keyring in a file, for tests: ``PYTHON_KEYRING_BACKEND=tests.support.ring.FileRing`` and ``RING_FILE``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import keyring.backend
import keyring.errors


class FileRing(keyring.backend.KeyringBackend):
    """Entries in ``$RING_FILE``, as JSON; locked while that is no file that can be written."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        """As keyring asks for it."""
        return self._held().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """As keyring asks for it."""
        try:
            self._path.write_text(json.dumps({**self._held(), f"{service} {username}": password}))
        except OSError as error:
            raise keyring.errors.KeyringLocked("locked") from error

    @property
    def _path(self) -> Path:
        return Path(os.environ["RING_FILE"])

    def _held(self) -> dict[str, str]:
        held: dict[str, str] = json.loads(self._path.read_text()) if self._path.is_file() else {}
        return held
