"""The sections of the page: each module makes one, as HTML, of what was measured."""
