"""The tables of docs/json.md: the fields of every command's JSON object, from docs/schema/pi-engine.schema.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "schema" / "pi-engine.schema.json"
_SHARED = ("seconds", "versions", "cluster")
"""Definitions that are parts of objects, and no objects of a command."""
_PARTS = ("cluster",)
"""Those of them that have a table of their own, after the commands'."""


def definitions() -> dict[str, Any]:
    """What the schema defines: command, or `error` → its object."""
    found = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    return {name: schema for name, schema in found.items() if name not in _SHARED}


def field_tables() -> str:
    """A heading and a table for each object: field, type, meaning; fields of a list's rows are written `list[].field`."""
    sections = []
    every = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    for name, schema in [*definitions().items(), *((part, every[part]) for part in _PARTS)]:
        heading = f"### {name}\n\n"
        if not schema["description"].startswith("`"):  # more than the command line
            heading += f"{schema['description']}\n\n"
        rows = [f"| `{field}` | {kind} | {meaning} |" for field, kind, meaning in fields(schema)]
        sections.append("\n".join([f"{heading}| field | type | meaning |", "|---|---|---|", *rows]))
    return "\n\n".join(sections)


def fields(schema: dict[str, Any], prefix: str = "") -> list[tuple[str, str, str]]:
    """The path, the type and the meaning of every field of an object, and of the objects in it."""
    rows = []
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        kind = _kind(field) + ("" if name in required else ", may be missing")
        rows.append((f"{prefix}{name}", kind, field["description"].replace("|", "\\|")))
        if "items" in field:
            rows += fields(field["items"], f"{prefix}{name}[].")
        elif isinstance(field.get("additionalProperties"), dict):
            rows += fields(field["additionalProperties"], f"{prefix}{name}.*.")
        rows += fields(field, f"{prefix}{name}.")
    return rows


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return "object"
    if "const" in field:
        return "integer"
    if "enum" in field:
        return " or ".join("null" if value is None else f"`{json.dumps(value)}`" for value in field["enum"])
    types = [field["type"]] if isinstance(field["type"], str) else field["type"]
    names = [f"list of {_kind(field['items'])}s" if name == "array" else name for name in types]
    return " or ".join(names).replace("or nulls", "or null")


SECTIONS = {"fields of the JSON objects": field_tables}
