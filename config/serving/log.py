"""gunicorn's log, without secrets."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from foundation.masking import MaskingFormatter


class MaskedLogger(Logger):  # type: ignore[misc] # gunicorn has no types
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log, line in ((self.error_log, self.error_fmt), (self.access_log, self.access_fmt)):
            for handler in log.handlers:
                handler.setFormatter(MaskingFormatter(line, self.datefmt))
