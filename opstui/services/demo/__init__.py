"""A synthetic ops day: ordinary export files and a small tracker, read by the same connectors as anybody's.

The day is always Friday 20 November 2026, so that every picture and every test of it is repeatable.
"""

from opstui.services.demo.times import EVENING, MORNING, STANDUP, on_friday

__all__ = ["EVENING", "MORNING", "STANDUP", "on_friday"]
