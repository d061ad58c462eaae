"""The rules of the product: plain Python, without Django, settings, clock or I/O."""
