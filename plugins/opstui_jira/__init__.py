"""The Jira connector."""

from opstui_jira.connector import JiraConnector

__all__ = ["JiraConnector"]
