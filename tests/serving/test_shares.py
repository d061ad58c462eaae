"""The process with the fewest connections takes the next."""

from __future__ import annotations

import os

from config.serving.shares import TOLERATED, Shares


def test_whoever_has_more_leaves_the_next_to_the_others() -> None:
    one, other = Shares(), Shares()
    os.dup2(one._file, other._file)
    assert not one.others_have_fewer(100)  # nobody is there
    one.join(1)
    one.note(TOLERATED)
    other.join(2)
    assert not one.others_have_fewer(TOLERATED)
    one.note(TOLERATED + 1)
    assert one.others_have_fewer(TOLERATED + 1)
    assert not other.others_have_fewer(0)
    one.leave(2)  # it has ended: nobody waits for it
    assert not one.others_have_fewer(TOLERATED + 1)
