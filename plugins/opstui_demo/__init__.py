"""The demo connector."""
