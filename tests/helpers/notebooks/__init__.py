"""What reads, strips and looks at notebooks."""

import sys

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
"""What checks addresses in notebooks, which have none: seconds of grammars where the first notebook is read."""
