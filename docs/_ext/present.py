"""`present-toctree`: a toctree of those of its pages that are there; the notebooks may be left out of a build."""

from __future__ import annotations

from fnmatch import filter as matching
from typing import TYPE_CHECKING, Any

from docutils.statemachine import StringList
from sphinx.directives.other import TocTree
from sphinx.util import docname_join

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


class PresentToctree(TocTree):
    """Each line is a page or a pattern; what matches no page is passed over."""

    def run(self) -> list[nodes.Node]:
        here = self.env.current_document.docname
        pages = self.env.found_docs - {here}
        kept = [line for line in self.content if matching(pages, docname_join(here, line))]
        self.content = StringList(kept, source=here)
        self.options["glob"] = None
        return super().run()


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("present-toctree", PresentToctree)
    return {"parallel_read_safe": True}
