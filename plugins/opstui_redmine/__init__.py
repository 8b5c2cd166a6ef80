"""The Redmine connector."""

from opstui_redmine.connector import RedmineConnector

__all__ = ["RedmineConnector"]
