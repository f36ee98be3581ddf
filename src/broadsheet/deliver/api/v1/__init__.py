"""Broadsheet's own API, version 1: one module a noun, and the door that every request to it comes through.

Modules of operations do not postpone their annotations: ninja reads those of functions that are wrapped, and could not
resolve names there.
"""
