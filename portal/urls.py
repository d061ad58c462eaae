from __future__ import annotations

from django.urls import path

from portal import deeds, pages

urlpatterns = [
    path("me/", pages.page, name="me"),
    path("me/close/", pages.close, name="me_close"),
    path("me/download/", deeds.download, name="me_download"),
    path("me/forget/", deeds.forget, name="me_forget"),
    path("me/take-back/<slug:scope>/", deeds.take_back, name="me_take_back"),
    path("me/reads/<uuid:grant_id>/take-back/", deeds.end_read, name="me_end_read"),
    path("me/statements/<uuid:memory_id>/dispute/", deeds.dispute, name="me_dispute"),
    path("me/statements/<uuid:memory_id>/undispute/", deeds.undispute, name="me_undispute"),
    path("me/statements/<uuid:memory_id>/remove/", deeds.remove, name="me_remove"),
    path("me/open/<str:token>/", pages.link, name="me_link"),
]
