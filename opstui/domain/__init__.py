"""The vocabulary and every rule as a pure function: no I/O, no clock, no library."""
