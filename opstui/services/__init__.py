"""What the engine and the desk do."""
