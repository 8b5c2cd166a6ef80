"""The modal screens: each asks one question, answers to the keyboard first and closes with Escape."""
