"""Runs the service: `up` keeps a generation of processes alive, and puts a new one in its place when told to.

A generation loads the program once and is then forked: into workers, which answer requests, and the process of the
background jobs. They share the listening socket, which outlives them all, so that a start lets nobody wait in vain.
"""
