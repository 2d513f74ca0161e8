"""Write the published OpenAPI document and the one that the running application gives out, both as JSON.

Exit 0: published.json and served.json are there. Exit 3: one of them cannot be had.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..openapi_document import LookError, headers_of, published, served


def main() -> int:
    """Fetch and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--specification", "--served", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--header", action="append", default=[])
    options = parser.parse_args()
    try:
        documents = {
            "published.json": published(options.specification),
            "served.json": served(options.served, headers_of(options.header)),
        }
    except LookError as error:
        print(error, file=sys.stderr)
        return 3
    for name, document in documents.items():
        Path(options.out, name).write_text(json.dumps(document), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
