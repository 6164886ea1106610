"""What MkDocs builds the site with beside mkdocs.yml, and pictures made from figures that are shown on it."""
