"""The sealed record, in plain Python beside `cryptography`.

The service seals and verifies with it, and the Python client verifies with the same text, without
the service (memory_scope.sealed); a test holds the two equal.
"""
