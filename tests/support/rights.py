"""Processes that the rights of files stop, also where root runs the tests."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

import pytest

_DROP_FROM_BOUNDING_SET, _OVERRIDE, _READ_SEARCH = 24, 1, 2
"""Numbers of Linux: ``PR_CAPBSET_DROP``, ``CAP_DAC_OVERRIDE``, ``CAP_DAC_READ_SEARCH``."""

needs_rights = pytest.mark.skipif(
    os.name != "posix" or (os.getuid() == 0 and sys.platform != "linux"), reason="rights stop nobody here"
)


def stopped_by_rights() -> dict[str, Any]:
    """How ``subprocess`` starts a process that rights stop: root's are taken from it before it begins."""
    return {"preexec_fn": _obey} if os.getuid() == 0 else {}


def _obey() -> None:
    for right in (_OVERRIDE, _READ_SEARCH):
        if ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, right, 0, 0, 0):
            raise OSError("a right cannot be given up")
