"""Widgets that know nothing of opstui's services."""
