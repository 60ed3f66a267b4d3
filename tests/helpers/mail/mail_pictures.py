"""Pictures of the mails with headless Chromium: `python -m tests.helpers.mail.mail_pictures FOLDER`.

The folder is docs/images where none is named. `python -m tests.helpers.mail.mail_pictures MAIL.html PICTURE.png` takes
one of a mail that `matcher digest preview --html MAIL.html` wrote.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from matcher.digest.render import render
from matcher.model.language import Language
from tests.helpers.mail import digests
from tests.helpers.paths import DOCS

IMAGES = DOCS / "images"
WIDTH, HEIGHT = 660, 1400
"""Of one picture, in pixels."""

KEPT = (
    ("digest-fr", digests.normal, Language.FR, WIDTH, 1500, False),
    ("digest-en-dark", digests.normal, Language.EN, WIDTH, 1500, True),
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
FRAME = """<meta name="color-scheme" content="light dark"><body style="margin:0">
<iframe src="mail.html" width="{width}" height="{height}" style="border:0"></iframe>"""


def shoot(html: str, target: Path, width: int, height: int, *, dark: bool) -> None:
    """One picture of a mail; a phone's width is given to the page by a frame, as Chromium's windows start at 500."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("Chromium is needed for the pictures: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "mail.html")
        page.write_text(html, encoding="utf-8")
        if width < 500:
            frame = Path(folder, "frame.html")
            frame.write_text(FRAME.format(width=width, height=height))
            page = frame
        scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
        command = [browser, *FLAGS, *scheme, f"--user-data-dir={folder}/profile", f"--window-size={width},{height}"]
        subprocess.run(
            [*command, f"--screenshot={target}", page.as_uri()], check=True, capture_output=True, timeout=120
        )


def main() -> None:
    if len(sys.argv) > 2:
        written, picture = map(Path, sys.argv[1:])
        shoot(written.read_text(encoding="utf-8"), picture.absolute(), WIDTH, HEIGHT, dark=False)
        return
    everything = len(sys.argv) > 1
    folder = Path(sys.argv[1]) if everything else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    shots = (
        [*KEPT]
        if not everything
        else [
            (f"{kind.__name__}-{language}-{width}{'-dark' if dark else ''}", kind, language, width, height, dark)
            for kind in (digests.normal, digests.network, digests.failed, digests.weekly)
            for language in Language
            for width, height in ((660, 1500), (390, 1900))
            for dark in (False, True)
            if kind in (digests.normal, digests.network) or (width == 660 and not dark)
        ]
    )
    for name, kind, language, width, height, dark in shots:
        mail = render(kind(language), digests.SETTINGS, now=digests.NOW)
        shoot(mail.html, folder / f"{name}.png", width, height, dark=dark)


if __name__ == "__main__":
    main()
