"""What owners are told by mail of their keys: written with the change, mailed after it."""
