"""Configuration: declared options, files in layers with provenance, secrets by reference."""
