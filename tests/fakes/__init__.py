"""Stateful stand-ins for the vendors' servers, each a ``handle(Request) -> Response`` for ``tests.support.faults``."""
