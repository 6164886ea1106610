"""What `--json` prints, held against docs/schema/pi-engine.schema.json."""

import json
from importlib import import_module

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT

FILE = ROOT / "docs" / "schema" / "pi-engine.schema.json"
if not FILE.is_file():
    pytest.skip("the schema is in the source tree, which is not here", allow_module_level=True)
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))
definitions = import_module("scripts.json_tables").definitions


def require_valid(name, answer):
    """`name` is a command, as the schema's definitions are called, or "error"."""
    Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name.replace(' ', '%20')}"}).validate(answer)
    Draft202012Validator(SCHEMA).validate(answer)
