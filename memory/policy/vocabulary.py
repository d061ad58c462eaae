"""The closed lists of words that requests, rows and answers may use."""

from enum import StrEnum


class Scope(StrEnum):
    """What a memory is about."""

    PREFERENCES = "preferences"
    CONSTRAINTS = "constraints"
    COMMUNICATION = "communication"
    ACCESSIBILITY = "accessibility"
    SCHEDULE = "schedule"
    ATTENTION = "attention"


class Source(StrEnum):
    """Who said it: the user by word or by setting, a model's guess, or the system."""

    EXPLICIT_USER_INPUT = "explicit_user_input"
    USER_SETTING = "user_setting"
    INFERRED = "inferred"
    SYSTEM = "system"


class PurposeClass(StrEnum):
    """What a purpose comes down to; `unrecognized` is not a purpose and is allowed nowhere."""

    CONTENT_GENERATION = "content_generation"
    RECOMMENDATION = "recommendation"
    SCHEDULING = "scheduling"
    TASK_EXECUTION = "task_execution"
    NOTIFICATION_DELIVERY = "notification_delivery"
    UI_RENDERING = "ui_rendering"
    UNRECOGNIZED = "unrecognized"


PURPOSE_CLASSES: tuple[PurposeClass, ...] = tuple(
    purpose_class
    for purpose_class in PurposeClass
    if purpose_class is not PurposeClass.UNRECOGNIZED
)


def listed(words: str) -> frozenset[str]:
    """Return the words of a table, as they are written out: with white space between them."""
    return frozenset(words.split())


def phrases(text: str) -> frozenset[str]:
    """Return the phrases of a table, as they are written out: with commas between them."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))
