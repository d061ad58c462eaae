"""API keys, how they are used, and what their owners are told."""

from __future__ import annotations

from apikeys.models.drift import Flag as Flag
from apikeys.models.drift import KeyHour as KeyHour
from apikeys.models.drift import KeyWord as KeyWord
from apikeys.models.drift import Watch as Watch
from apikeys.models.keys import SILENCE as SILENCE
from apikeys.models.keys import ApiKey as ApiKey
from apikeys.models.keys import Secret as Secret
from apikeys.models.notices import KeyAddress as KeyAddress
from apikeys.models.notices import Kind as Kind
from apikeys.models.notices import Notice as Notice
from apikeys.models.usage import KeyDay as KeyDay
from apikeys.models.usage import LoggedRequest as LoggedRequest
from apikeys.models.usage import PastHour as PastHour
from apikeys.models.usage import ProjectDay as ProjectDay
from apikeys.models.usage import UsageDay as UsageDay
from apikeys.models.usage import UsageHour as UsageHour
