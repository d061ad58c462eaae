from __future__ import annotations

from django.urls import path

from portal.api import LinkView

urlpatterns = [path("users/<path:user_id>/link", LinkView.as_view(), name="user-link")]
