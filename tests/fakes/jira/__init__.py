"""A stateful Jira: Cloud (version 3 of its API) and Data Center (version 2).

jira = Jira()                                   # Jira(server=True) for a data center
jira.add("OPS", "Dock door stuck", priority="High", assignee="ana")
with serve(jira) as server:
    ...                                         # server.url, jira.credentials
jira.alter("OPS-1", status="In Progress", by="cy")
"""

from tests.fakes.jira.core import Refused, an_sla
from tests.fakes.jira.server import Jira

__all__ = ["Jira", "Refused", "an_sla"]
