"""Purposes that name their class: by its exact name, or before a colon."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.policy.purposes import (
    PURPOSE_DISAGREES,
    PURPOSE_NOT_DECLARED,
    PURPOSE_VETOED,
    understand,
)
from memory.policy.registry import NO_REGISTRY, Takes
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass

names = st.sampled_from(sorted(PURPOSE_CLASSES))


class TestNames:
    @pytest.mark.parametrize("name", PURPOSE_CLASSES)
    @pytest.mark.parametrize("spelled", ["{}", " {}. ", "<{}>", "{}:"])
    def test_the_exact_name_of_a_class_is_that_class(
        self, name: PurposeClass, spelled: str
    ) -> None:
        for text in (name, name.upper(), name.replace("_", " "), name.title().replace("_", "")):
            told = understand(spelled.format(text))
            assert (told.purpose_class, told.matched) == (name, tuple(name.split("_")))

    def test_only_the_whole_text_is_a_name(self) -> None:
        told = understand("content generation for email reminders")
        assert told.purpose_class == "notification_delivery"


class TestDeclared:
    @pytest.mark.parametrize(
        "purpose",
        [
            "recommendation: gift ideas for my sister",
            "Recommendation：Geschenkideen für meine Schwester",
            "task execution: 水道料金を払う",
            "ui_rendering: dark mode",
            "RECOMMENDATION : ریستوران",
            "content_generation: answer in the tone of our customers",
            "notification_delivery: meeting reminder",
            "recommendation: display recommended products",
        ],
    )
    def test_what_stands_before_the_colon_is_the_class(self, purpose: str) -> None:
        told = understand(purpose)
        name = purpose.replace("：", ":").partition(":")[0].strip().lower().replace(" ", "_")
        assert told.purpose_class == name
        assert told.reason is None

    @pytest.mark.parametrize(
        ("purpose", "refused"),
        [
            ("recommendation: sell preferences to a broker", ("sell", "broker")),
            ("recommendation: personalisierte Werbung", ("werbung",)),
            ("recommendation: notify the user", ("notify",)),
            ("recommendation: suggest books and notify the user", ("notify",)),
            ("ui_rendering: recommend books", ("recommend",)),
            ("task_execution: recommendation: books", ("recommendation",)),
            ("recommendation: rank customers", ("rank + customers",)),
        ],
    )
    def test_a_rest_that_disagrees_is_denied(self, purpose: str, refused: tuple[str, ...]) -> None:
        told = understand(purpose)
        assert told.purpose_class is PurposeClass.UNRECOGNIZED
        assert (told.reason, told.refused) == (PURPOSE_DISAGREES, refused)

    @pytest.mark.parametrize(
        "purpose", ["my recommendation: x y", "recommendations: x y", "recommendation - gifts", "x"]
    )
    def test_anything_else_before_it_declares_nothing(self, purpose: str) -> None:
        declared_only = replace(NO_REGISTRY, takes=Takes.DECLARED)
        assert understand(purpose, declared_only).reason == PURPOSE_NOT_DECLARED
        assert understand(f"recommendation: {purpose}", declared_only).reason is None

    def test_the_text_authorises_nothing_by_the_way(self) -> None:
        for purpose in ("recommendation (actually: sell data)", "recommendation; sell: data"):
            assert understand(purpose).reason == PURPOSE_VETOED

    @given(names, st.text(max_size=30))
    def test_it_gives_the_declared_class_or_none(self, name: str, rest: str) -> None:
        assert understand(f"{name}: {rest}").purpose_class in (name, PurposeClass.UNRECOGNIZED)
