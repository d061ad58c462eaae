"""The first request that a page offers for a key is one that the key may make."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from accounts.models import Project
from console.trying import example
from tests.doors import Api
from tests.makers import make_key
from tests.memory.registered import register

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rights", "path"),
    [
        ({}, "/memory"),
        ({"permissions": ["memory:write"]}, "/memory"),
        ({"permissions": ["memory:write"], "scopes": ["schedule"]}, "/policy"),
        ({"permissions": ["memory:read"]}, "/memory/read"),
        ({"scopes": ["schedule", "attention"]}, "/memory/read"),
        ({"scopes": ["attention"], "purpose_classes": ["ui_rendering"]}, "/memory/read"),
        (
            {"permissions": ["memory:read"], "scopes": ["attention"]}
            | {"purpose_classes": ["scheduling"]},
            "/policy",
        ),
        ({"permissions": ["memory:read"], "purposes": ["gift_finder"]}, "/memory/read"),
        ({"permissions": ["memory:list"]}, "/policy"),
    ],
)
def test_it_is_answered_well(project: Project, rights: dict[str, Any], path: str) -> None:
    register(project)
    key, plaintext = make_key(project, **rights)
    offered = example(key)
    assert offered.path == path
    api = Api(plaintext)
    answer = api.get(path) if offered.body is None else api.post(path, offered.body)
    assert answer.status_code in (200, 201)


def test_its_body_is_one_argument_of_a_shell(project: Project) -> None:
    offered = example(make_key(project)[0])
    assert json.loads(offered.written()) == offered.body
    quoted = example(make_key(project, name="Quoted", purposes=None)[0])
    assert shlex.split(f"-d '{quoted.written()}'") == ["-d", quoted.written()]
