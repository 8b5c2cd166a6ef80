"""Declared options, layered loading with provenance."""
