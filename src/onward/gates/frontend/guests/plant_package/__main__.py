"""Write a project into a new folder, for an auditor to look at; nothing is installed.

Arguments: FOLDER SETTINGS FILES, which is JSON: {"NAME": "TEXT"}. SETTINGS, npm's, say which registry is asked; they may
be missing.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

if __name__ == "__main__":
    folder, settings = map(Path, sys.argv[1:3])
    folder.mkdir(parents=True)
    for name, text in json.loads(sys.argv[3]).items():
        (folder / name).write_text(text, encoding="utf-8")
    if settings.is_file():
        shutil.copyfile(settings, folder / ".npmrc")
