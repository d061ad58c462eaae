"""How Django writes a time where nothing else is said: without this, as Americans do."""

from __future__ import annotations

DATETIME_FORMAT = r"Y-m-d H:i:s \U\T\C"
DATE_FORMAT = "Y-m-d"
