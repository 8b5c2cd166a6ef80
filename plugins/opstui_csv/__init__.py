"""Connectors for tables in files: CSV and Excel."""
