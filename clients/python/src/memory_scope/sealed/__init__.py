"""Verifies a sealed record without the service that sealed it; needs `memory-scope[verify]`.

`hashes` and `checking` are the service's own text, word for word.
"""
