"""The helpdesk at the root, with its lean API in front of its own where that is wanted."""

# mypy: ignore-errors
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from desk import lean_api

urlpatterns = [
    *(lean_api.urlpatterns if settings.IS_LEAN else []),
    path("admin/", admin.site.urls),
    path("", include("helpdesk.urls", namespace="helpdesk")),
]
