"""Notices when a key's use leaves what it was, and tells its owner what was new."""
