"""What every HTTP operation on memory has in common: who asks, and what their project registered.

Each view translates in, makes one call, translates out.
"""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request

from apikeys.api import KeyedAPIView
from memory.events import Caller
from memory.registries import registry_for


class MemoryApiView(KeyedAPIView):
    http_method_names = ["post"]

    def caller(self, request: Request) -> Caller:
        principal = self.principal(request)
        registry = registry_for(principal)
        return Caller(principal, self.request_id(request), timezone.now(), registry)
