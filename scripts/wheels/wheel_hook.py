"""Puts machine code into the wheel, and names the wheel after the platform, where PI_ENGINE_MACHINE_CODE names the folder that has it.

hatchling reads this file for every wheel, the one for `pip install -e` too. Without the variable it changes nothing.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VARIABLE = "PI_ENGINE_MACHINE_CODE"

TAGS = {
    "linux-x86_64": "py3-none-manylinux_2_17_x86_64",
    "linux-aarch64": "py3-none-manylinux_2_17_aarch64",
}
"""Of wheels with machine code for a system and architecture. The code refers to memcpy, memmove and memset of the C library and to
nothing of Python, so any Python and the oldest C library that its packages have wheels for will do."""


class MachineCodeHook(BuildHookInterface[BuilderConfig]):
    """Of the wheel's build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files, and say for which platform they are.

        Raises:
            RuntimeError: it is for a platform whose wheels have no tag here.
        """
        name = os.environ.get(VARIABLE)
        if not name or version != "standard":
            return
        folder = Path(name)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["platform"] not in TAGS:
            raise RuntimeError(
                f"{VARIABLE}: machine code for {manifest['platform']} has no tag in scripts/wheels/wheel_hook.py"
            )
        files = [described["file"] for described in manifest["levels"].values()]
        for file in ("manifest.json", *files):
            build_data["force_include"][str(folder / file)] = "/".join(("pi_engine", "machine_code", file))
        build_data["pure_python"] = False
        build_data["tag"] = TAGS[manifest["platform"]]
