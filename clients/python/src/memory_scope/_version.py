"""The version, one with that of the API."""

__version__ = "0.1.0"
