"""Windows of a schedule: which are the same, and in what order they are given."""

import pytest

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

    @pytest.mark.parametrize(
        ("older", "newer"),
        [
            ({"day": "mon", "start": "9:00"}, {"day": "Monday", "start": "09:00"}),
            ({"day": "mon", "start": "1:30 PM"}, {"day": "Montag", "start": "13:30"}),
            ({"day": "mon", "start": "9 a.m."}, {"day": "lundi", "start": "9h00"}),
            ({"day": "sun", "end": "12:15 AM"}, {"day": "domingo", "end": "00:15:00"}),
            ({"day": "Mo.", "start": "09:00"}, {"day": "monday", "start": "0900"}),
            ({"day": "tue", "start": "noon"}, {"day": "火曜日", "start": "12 Uhr"}),
            ({"start": "9:00", "end": "10:00"}, {"from": "9:00", "to": "10:00"}),
            ({"days": ["mon", "fri"]}, {"days": ["Friday", "Monday"]}),
            ("mon 9:00-17:00", "Monday 09:00-17:00"),
        ],
    )
    def test_one_window_in_two_spellings_stands_once_in_the_later(
        self, older: object, newer: object
    ) -> None:
        assert struct("schedule", {"windows": [older]}, {"windows": [newer]})["windows"] == [newer]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("9:00", "21:00"),
            ("9:00 AM", "9:00 PM"),
            ("9", "9:00"),
            ("9:99", "9:59"),
            ("13:00 PM", "1:00 PM"),
            ("2026-01-05T09:00Z", "2026-01-06T09:00Z"),
            ("9:00:30", "9:00"),
            (9, "9:00"),
        ],
    )
    def test_two_times_are_two_windows(self, one: object, other: object) -> None:
        assert len(struct("schedule", [{"start": one}], [{"start": other}])["windows"]) == 2

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


class TestTimeZones:
    """A window means the time zone that was said with it."""

    BERLIN = {"timezone": "Europe/Berlin", "windows": [{"day": "mon", "start": "9:00"}]}
    MONDAY = {"day": "mon", "start": "9:00", "timezone": "Europe/Berlin"}

    def test_windows_name_it_where_they_differ(self) -> None:
        merged = struct("schedule", self.BERLIN, {"tz": "UTC", "windows": [{"day": "tue"}]})
        assert merged["windows"] == [self.MONDAY, {"day": "tue", "timezone": "UTC"}]

    def test_a_new_time_zone_does_not_move_what_was_said_in_the_old_one(self) -> None:
        merged = struct("schedule", self.BERLIN, {"timezone": "UTC"})
        assert merged == {"windows": [self.MONDAY], "settings": {"timezone": "UTC"}}

    def test_they_do_not_where_there_is_one(self) -> None:
        again = {"timezone": "europe/berlin", "windows": [{"day": "tue"}]}
        for other in (again, {"windows": [{"day": "tue"}]}):
            merged = struct("schedule", self.BERLIN, other)
            assert merged["windows"] == [{"day": "mon", "start": "9:00"}, {"day": "tue"}]
        unsaid = struct("schedule", {"windows": [{"day": "tue"}]}, {"timezone": "UTC"})
        assert unsaid["windows"] == [{"day": "tue"}]

    def test_a_window_that_names_its_own_keeps_it(self) -> None:
        own = [{"day": "wed", "timezone": "CET"}]
        merged = struct("schedule", {"timezone": "UTC", "windows": own}, self.BERLIN)
        assert merged["windows"] == [{"day": "mon", "start": "9:00"}, *own]
        later = struct("schedule", self.BERLIN, {"timezone": "UTC", "windows": own})
        assert later["windows"] == [self.MONDAY, *own]
