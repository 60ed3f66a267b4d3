"""`matcher bids` at the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from matcher.present.records import BID_FIELDS
from tests.helpers.home import DAY

if TYPE_CHECKING:
    from tests.helpers.home import Place, Run


def test_bids_are_listed_in_every_shape(run: Run, fetched: Place) -> None:
    answer = run(fetched, "bids", "--as-of", DAY, "--json")
    assert answer.code == 0, answer.err
    record = json.loads(answer.out)
    assert set(record) == {"schema", "as_of", "bids"}
    for one in record["bids"]:
        assert set(one) == set(BID_FIELDS)
        assert len(one["institutes"]) > 1
        assert one["together"] is None
    assert run(fetched, "bids", "--as-of", DAY, "--csv").out.splitlines()[0] == ",".join(BID_FIELDS)
    assert run(fetched, "bids", "--as-of", DAY).out.startswith("Joint bids of the network")
