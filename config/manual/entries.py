"""What a table of contents is made of: pages that are written, in groups."""

from __future__ import annotations

from dataclasses import dataclass

from config.manual.sources import Part


def address(slug: str) -> str:
    """Return where a page is."""
    return f"/docs/{slug}/" if slug else "/docs/"


@dataclass(frozen=True)
class Entry:
    """A page: what it is called, and the texts or the template that it is made of."""

    slug: str
    title: str
    summary: str  # for search, for the list of pages, and for whoever reads llms.txt
    parts: tuple[Part, ...] = ()
    template: str = ""  # comes before the parts
    # Sections that it says in words of its own: the file, the section, and where on the page.
    stands_for: tuple[tuple[str, str, str], ...] = ()

    @property
    def path(self) -> str:
        return address(self.slug)


@dataclass(frozen=True)
class Group:
    title: str
    entries: tuple[Entry, ...]
