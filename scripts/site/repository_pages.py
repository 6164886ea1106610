"""What MkDocs is told beyond mkdocs.yml: pages from outside of docs/, and anchors as they are in the repository.

CONTRIBUTING.md and CHANGELOG.md stand at the root, where people look for them, and are pages of the site too. A link from one of them,
or to one of them or README.md, leads to the same place in the repository and on the site.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File
from pymdownx.slugs import slugify

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("CONTRIBUTING.md", "CHANGELOG.md")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Make anchors as the forges do, so that a link to a heading works in both places."""
    config.mdx_configs["toc"]["slugify"] = slugify(case="lower")
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages of the root."""
    for name in PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 (MkDocs names them)
    """Lead links across the border of docs/ to the pages of the site; README.md is the start there."""
    if page.file.src_uri in PAGES:
        return re.sub(r"\]\(docs/", "](", markdown)
    return re.sub(r"\]\((?:\.\./)+(README|CONTRIBUTING|CHANGELOG)\.md", _on_site(page), markdown)


def _on_site(page: Page) -> Callable[[re.Match[str]], str]:
    """What such a link is on a page, which may stand in a folder."""
    above = "../" * page.file.src_uri.count("/")
    return lambda found: f"]({above}{'index' if found[1] == 'README' else found[1]}.md"
