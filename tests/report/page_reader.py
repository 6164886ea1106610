"""Reads a page strictly: every tag is closed in order, and ids, links and addresses are collected."""

from html.parser import HTMLParser

VOID = {"meta", "img", "br", "link", "source"}


class PageReader(HTMLParser):
    """What a page holds.

    Attributes:
        ids: in order.
        links: targets of `a`.
        addresses: of everything that a browser would load.
        headings: (level, text) in order.
        texts: element → its texts.
        faults: what is not well formed.
    """

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.addresses, self.headings, self.faults = [], [], [], [], []
        self.texts, self.attributes = {}, {}
        self._open = []
        self.feed(page)
        self.close()
        self.faults += [f"{tag} is not closed" for tag in self._open]

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if len(found) != len(attrs):
            self.faults.append(f"{tag} has an attribute twice")
        self.attributes.setdefault(tag, []).append(found)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        self.addresses += [found[name] for name in ("src", "srcset", "data", "poster", "action") if name in found]
        if tag == "link":
            self.addresses.append(found["href"])
        self.faults += [f"{tag} has {name}" for name in found if name == "style" or name.startswith("on")]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"{tag} is closed and was not open")

    def handle_data(self, data):
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)
            if self._open[-1] in {"h1", "h2", "h3"}:
                self.headings.append((int(self._open[-1][1]), data))
