"""Kernels that start at once: each is forked from a process that has loaded what notebooks load.

As a program this is that process, and its argument the socket on which it is asked (`tests/helpers/warm_program.py`).
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.helpers.memory import collect_seldom
from tests.helpers.warm_program import serve, warm_program

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "warm"


@contextmanager
def warm_kernel(data: Path) -> Iterator[str]:
    """The name of a kernel that starts at once, to be found in Jupyter's folder of data as long as this lasts."""
    with TemporaryDirectory() as folder, warm_program(Path(folder), __name__) as program:
        there = data / "kernels" / NAME
        there.mkdir(parents=True)
        script = there / "kernel"
        script.write_text(program, encoding="utf-8")
        script.chmod(0o755)
        spec = {"argv": [str(script), "-f", "{connection_file}"], "display_name": NAME, "language": "python"}
        (there / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        yield NAME


def _kernel(arguments: list[str]) -> None:
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=arguments)


def main() -> None:
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as a kernel has it when this is loaded
    import pandas  # noqa: F401

    import matcher.api.benchmark_source
    import matcher.evaluation.rankers  # noqa: F401

    collect_seldom()
    serve(Path(sys.argv[1]), _kernel)


if __name__ == "__main__":
    main()
