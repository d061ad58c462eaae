"""Which purpose may read which scope: the matrix, written out a second time."""

import pytest

from memory.policy.access import MATRIX, allowed_purpose_classes, is_allowed
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass, Scope, Source

# By hand, never from MATRIX: whoever changes the policy changes it twice.
CELLS = [
    ("preferences", "content_generation", True),
    ("preferences", "recommendation", True),
    ("preferences", "scheduling", False),
    ("preferences", "task_execution", False),
    ("preferences", "notification_delivery", False),
    ("preferences", "ui_rendering", False),
    ("constraints", "content_generation", False),
    ("constraints", "recommendation", True),
    ("constraints", "scheduling", True),
    ("constraints", "task_execution", True),
    ("constraints", "notification_delivery", False),
    ("constraints", "ui_rendering", False),
    ("communication", "content_generation", True),
    ("communication", "recommendation", False),
    ("communication", "scheduling", False),
    ("communication", "task_execution", False),
    ("communication", "notification_delivery", True),
    ("communication", "ui_rendering", True),
    ("accessibility", "content_generation", True),
    ("accessibility", "recommendation", False),
    ("accessibility", "scheduling", False),
    ("accessibility", "task_execution", False),
    ("accessibility", "notification_delivery", True),
    ("accessibility", "ui_rendering", True),
    ("schedule", "content_generation", False),
    ("schedule", "recommendation", False),
    ("schedule", "scheduling", True),
    ("schedule", "task_execution", True),
    ("schedule", "notification_delivery", False),
    ("schedule", "ui_rendering", False),
    ("attention", "content_generation", False),
    ("attention", "recommendation", False),
    ("attention", "scheduling", False),
    ("attention", "task_execution", False),
    ("attention", "notification_delivery", True),
    ("attention", "ui_rendering", True),
]


class TestMatrix:
    @pytest.mark.parametrize(("scope", "purpose_class", "allowed"), CELLS)
    def test_each_cell_is_as_written(self, scope: str, purpose_class: str, allowed: bool) -> None:
        assert is_allowed(scope, purpose_class) is allowed
        assert is_allowed(Scope(scope), PurposeClass(purpose_class)) is allowed

    def test_the_table_has_every_cell_once(self) -> None:
        written = [(scope, purpose_class) for scope, purpose_class, _ in CELLS]
        assert len(written) == len(set(written)) == 36
        assert {scope for scope, _ in written} == set(Scope)
        assert {purpose_class for _, purpose_class in written} == set(PURPOSE_CLASSES)

    @pytest.mark.parametrize("scope", list(Scope))
    def test_an_unrecognized_purpose_reads_nothing(self, scope: Scope) -> None:
        assert not is_allowed(scope, PurposeClass.UNRECOGNIZED)
        assert "unrecognized" not in allowed_purpose_classes(scope)

    @pytest.mark.parametrize("word", ["", "everything", "Recommendation", "recommendation "])
    def test_an_unknown_word_is_a_no(self, word: str) -> None:
        assert not is_allowed("preferences", word)
        assert not is_allowed(word, "recommendation")
        assert allowed_purpose_classes(word) == ()

    def test_the_allowed_classes_of_a_scope_are_named_in_order(self) -> None:
        assert allowed_purpose_classes("constraints") == (
            "recommendation",
            "scheduling",
            "task_execution",
        )
        assert allowed_purpose_classes(Scope.PREFERENCES) == (
            "content_generation",
            "recommendation",
        )

    def test_nobody_can_change_the_matrix_at_run_time(self) -> None:
        with pytest.raises(TypeError):
            MATRIX[Scope.SCHEDULE] = frozenset(PURPOSE_CLASSES)  # type: ignore[index] # the point


class TestVocabulary:
    """These words are public: they never change and keep their order."""

    def test_scopes(self) -> None:
        assert ", ".join(Scope) == (
            "preferences, constraints, communication, accessibility, schedule, attention"
        )

    def test_sources(self) -> None:
        assert ", ".join(Source) == "explicit_user_input, user_setting, inferred, system"

    def test_purpose_classes(self) -> None:
        assert ", ".join(PURPOSE_CLASSES) == (
            "content_generation, recommendation, scheduling, task_execution, "
            "notification_delivery, ui_rendering"
        )
        assert [*PURPOSE_CLASSES, "unrecognized"] == list(PurposeClass)
