"""Broadsheet, a self-hosted daily paper for research."""

__version__ = "0.1.0"
