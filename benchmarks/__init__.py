"""Figures of speed and size, each printed beside its goal. `make bench` runs them all; nothing here is a test."""
