"""Turn a goal into finished, proven work."""

__version__ = "0.1.0"
