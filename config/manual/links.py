"""Where a link between the project's texts leads on the site."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable

from config.manual.entries import Entry, address
from config.manual.markdown import anchor_of, unique
from config.manual.sources import Part, placed


class Links:
    """Finds the page, and the place on it, that shows a section of a file."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._places: dict[tuple[str, str], str] = {}
        self._titles: dict[str, str] = {}
        for entry in entries:
            self._titles[address(entry.slug)] = entry.title
            anchors: Counter[str] = Counter()
            for file, section, place in entry.stands_for:
                self._places[file, section] = address(entry.slug) + place
            for part in entry.parts:
                self._place(entry, part, anchors)

    def _place(self, entry: Entry, part: Part, anchors: Counter[str]) -> None:
        if part.under:
            unique(anchor_of(part.under), anchors)
        if part.section is None:
            self._places.setdefault((part.file, ""), address(entry.slug))
        elif part.bare:
            self._places[part.file, part.section] = address(entry.slug)
        for section in placed(part):
            anchor = unique(anchor_of(section.title), anchors)
            self._places[part.file, section.anchor] = f"{address(entry.slug)}#{anchor}"

    def resolve(self, file: str, link: str) -> str | None:
        """Return where a link that stands in a file leads; None: to nothing that is on the site."""
        if link.startswith(("http://", "https://", "/")):
            return link
        path, _, section = link.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file
        return self._places.get((target, section))

    def title(self, place: str) -> str:
        """Return what the page is called that a place is on."""
        return self._titles[place.partition("#")[0]]

    def sections(self, file: str) -> set[str]:
        """Return the sections of a file that are on the site."""
        return {section for other, section in self._places if other == file and section}
