"""What is called of granian beyond its front door: all of it, and nothing else is.

Its types are left out, since those that it declares are not those of what is called.
"""

from __future__ import annotations

from typing import Any

from granian import _futures, _granian
from granian.server import common, mp

MPServer: Any = mp.MPServer
WorkerProcess: Any = mp.WorkerProcess
SERVE_METHODS: Any = common.WORKERS_METHODS
SocketHolder: Any = _granian.SocketHolder
WSGIWorker: Any = _granian.WSGIWorker
WorkerSignal: Any = _granian.WorkerSignal
callback_of: Any = _futures._new_cbscheduler
