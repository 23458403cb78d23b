"""Cursor pagination: stable under inserts, no count over the table."""

from typing import Any

from rest_framework.pagination import CursorPagination as BaseCursorPagination
from rest_framework.response import Response


class CursorPagination(BaseCursorPagination):
    """`?cursor=` and `?page_size=` (1 to 1000); the answer is `{next, previous, results}`."""

    page_size = 50
    max_page_size = 1000
    page_size_query_param = "page_size"
    ordering = "-id"

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "results": data,
            }
        )
