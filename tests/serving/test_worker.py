"""gunicorn's worker for this service, as far as it can be seen without a server."""

from __future__ import annotations

from gunicorn.config import Config

from config.serving.worker import ReadOnce


def test_the_configuration_is_what_gunicorn_has() -> None:
    cfg = Config()
    read = ReadOnce(cfg)
    for name in ("threads", "keepalive", "limit_request_fields", "forwarder_headers"):
        assert getattr(read, name) == getattr(cfg, name) == getattr(read, name)
    assert read.is_ssl == cfg.is_ssl
    assert not hasattr(read, "no_such_setting")
