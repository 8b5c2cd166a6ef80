"""Stateful stand-ins for the vendors' servers: each is a ``handle(Request) -> Response``, served by ``tests.support.faults``."""
