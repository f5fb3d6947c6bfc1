"""The version of archdsl."""

__version__ = "0.1.0"
