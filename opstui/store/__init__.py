"""The SQLite file: the only state that outlives a process."""
