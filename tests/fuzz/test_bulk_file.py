"""grantsTenders.json, streamed (`matcher.portal.bulk`)."""

from __future__ import annotations

import io
import json

from hypothesis import strategies as st

from matcher.errors import PortalError
from matcher.model.rows import ParsedRow, SetAside
from matcher.portal.bulk import BulkFile
from matcher.text.untrusted import ShortNumbers
from tests.helpers.forms import has_a_long_form
from tests.helpers.fuzz.harness import Target, short
from tests.helpers.fuzz.mutations import bytes_like, changed, changes, dumped
from tests.helpers.portal.rows import bulk_item, bulk_json

ITEMS = [bulk_item(1), bulk_item(2), bulk_item(3, type=0)]


def archive(edits):
    return dumped(changed({"fundingData": {"GrantTenderObj": ITEMS}}, edits)).encode()


def check(body):
    file = io.BytesIO(body)
    try:
        found = list(BulkFile("archive", file, file, None))
    except PortalError as error:
        short(error, 200)
        return
    for row in found:
        assert isinstance(row, ParsedRow | SetAside)
        json.loads(row.raw)


BULK = Target("bulk file", st.builds(archive, changes) | bytes_like(bulk_json(ITEMS)), check)


@has_a_long_form
def test_bulk_file():
    BULK.run()


class Pieces:
    """Hands out bytes in pieces of these sizes."""

    def __init__(self, data, sizes):
        self.data, self.sizes, self.turn = io.BytesIO(data), sizes, 0

    def read(self, size=-1):
        self.turn += 1
        return self.data.read(self.sizes[self.turn % len(self.sizes)])


def check_numbers(asked):
    tree, sizes = asked
    text = json.dumps(tree).encode()
    reader = ShortNumbers(Pieces(text, sizes))
    read = b"".join(iter(reader.read, b""))
    assert json.loads(read) == json.loads(text, parse_int=lambda n: int(n) if len(n.lstrip("-")) <= 18 else None)


FLOATS = st.floats(-1e90, 1e90).map(lambda number: round(number, 6))
LEAVES = st.integers(-(10**25), 10**25) | st.text('"\\0123456789eE+-.,', max_size=40) | FLOATS | st.none()
NUMBERS = Target(
    "numbers in a stream",
    st.tuples(
        st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner)),
        st.lists(st.integers(1, 9), min_size=1, max_size=4),
    ),
    check_numbers,
)


@has_a_long_form
def test_numbers_are_shortened_and_nothing_else_is():
    """Whatever the borders of the pieces: what stands in strings is untouched, longer integers read null."""
    NUMBERS.run()
