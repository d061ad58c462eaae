"""The id of a request is the caller's own when that is a good one."""

from __future__ import annotations

import uuid

import pytest

from foundation import request_ids


class TestRequestId:
    @pytest.mark.parametrize("own", ["a", "A-b_c.9", "x" * 64])
    def test_a_good_one_is_kept(self, own: str) -> None:
        assert request_ids.assign({"HTTP_X_REQUEST_ID": own}) == own

    @pytest.mark.parametrize("own", ["", "x" * 65, "with space", "a\nb", "é", "a/b", "a\n"])
    def test_a_bad_one_is_replaced(self, own: str) -> None:
        drawn = request_ids.assign({"HTTP_X_REQUEST_ID": own})
        assert str(uuid.UUID(drawn)) == drawn

    def test_it_stays_with_the_request(self) -> None:
        meta: dict[str, object] = {}
        assert request_ids.assign(meta) == request_ids.of(meta)
