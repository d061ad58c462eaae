"""People, their projects, the closed beta, and the record of every decision."""

from __future__ import annotations

from accounts.models.audit import AuditEvent as AuditEvent
from accounts.models.audit import EventType as EventType
from accounts.models.audit import IdList as IdList
from accounts.models.beta import AccessRequest as AccessRequest
from accounts.models.beta import Invitation as Invitation
from accounts.models.beta import Note as Note
from accounts.models.people import DEFAULT_PROJECT_NAME as DEFAULT_PROJECT_NAME
from accounts.models.people import TAKES as TAKES
from accounts.models.people import FormerAddress as FormerAddress
from accounts.models.people import Project as Project
from accounts.models.people import User as User
from accounts.models.resets import PasswordReset as PasswordReset
