"""Doors for programs: the addresses that clients of others speak, and our own."""
