"""What `--json` prints, held against docs/schema/pi-engine.schema.json."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = json.loads((ROOT / "docs" / "schema" / "pi-engine.schema.json").read_text(encoding="utf-8"))


def require_valid(name, answer):
    """`name` is a command, as the schema's definitions are called, or "error"."""
    Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name.replace(' ', '%20')}"}).validate(answer)
    Draft202012Validator(SCHEMA).validate(answer)
