"""Windows of a schedule: which are the same, and in what order they are given."""

from memory.policy.merging import merge
from tests.policy.statements import stated, struct


class TestSchedule:
    def test_windows_come_from_every_shape_that_holds_them(self) -> None:
        merged = merge(
            "schedule",
            stated(
                [{"day": "Monday", "start": "10:00"}],
                {"windows": [{"day": "tue"}]},
                {"timeSlots": [{"day": "wed"}], "windows": [{"day": "thu"}]},
                {"day": "fri", "end": "12:00", "note": "home"},
            ),
        )
        assert merged.summary_struct == {
            "windows": [
                {"day": "Monday", "start": "10:00"},
                {"day": "tue"},
                {"day": "wed"},
                {"day": "thu"},
                {"day": "fri", "end": "12:00", "note": "home"},
            ]
        }
        assert merged.summary_text == "Schedule: 5 time windows"

    def test_exact_duplicates_become_one_in_the_winners_spelling_trimmed(self) -> None:
        assert struct(
            "schedule",
            [{"Day": "monday", "Start": "09:00", "with": ["ann"]}],
            [{"day": " MONDAY ", "start": "09:00", "with": ["Ann "]}],
        ) == {"windows": [{"day": "MONDAY", "start": "09:00", "with": ["Ann"]}]}

    def test_overlaps_and_near_duplicates_are_kept(self) -> None:
        windows = [
            {"start": 1},
            {"start": True},
            {"start": "1"},
            {"start": "1", "end": "3"},
            {"start": "1", "end": "2"},
        ]
        assert len(struct("schedule", windows)["windows"]) == 5
        assert len(struct("schedule", [{"start": 1}], [{"start": 1.0}])["windows"]) == 1

    def test_they_are_sorted_by_day_start_and_end(self) -> None:
        in_order = [
            {"day": "Monday", "start": 8},
            {"day": "mon", "start": "9:00", "end": "9:30"},
            {"day": "MON", "start": "9:00", "end": "10:00"},
            {"day": "monday", "start": "10:00"},
            {"day": "mon"},
            {"day": "Tue", "start": "01:00"},
            {"day": "wednesday"},
            {"day": "thu"},
            {"day": "Friday"},
            {"day": "SAT"},
            {"day": "sunday"},
            {"day": "someday", "start": "00:00"},
            {"start": "00:30"},
            {"day": 1, "start": "00:45"},
        ]
        for windows in (in_order, in_order[::-1], in_order[5:] + in_order[:5]):
            assert struct("schedule", {"windows": windows})["windows"] == in_order

    def test_what_is_no_object_is_kept_as_it_is_after_the_windows(self) -> None:
        windows = ["Weekends ", {"day": "someday"}, None, 5]
        merged = struct("schedule", {"windows": windows}, {"windows": ["Weekends "]})
        assert merged == {"windows": [{"day": "someday"}, "Weekends ", 5, None]}

    def test_anything_else_is_a_setting_and_stands_only_if_there_is_one(self) -> None:
        merged = merge(
            "schedule",
            stated({"timezone": "UTC", "windows": []}, ["no mornings"], {"time_slots": "evenings"}),
        )
        assert merged.summary_struct == {
            "windows": [],
            "settings": {"rules": ["no mornings"], "time_slots": "evenings", "timezone": "UTC"},
        }
        assert merged.summary_text == "Schedule: 0 time windows"
