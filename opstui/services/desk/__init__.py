"""The desk: what the panes and the command line read and do, over the store alone."""

from __future__ import annotations

from opstui.services.desk.facade import Desk

__all__ = ["Desk"]
