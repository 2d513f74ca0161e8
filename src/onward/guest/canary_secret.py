"""A secret that is made up when a program runs: no file of anybody's holds it, it opens nothing, and every scanner knows its kind."""

from __future__ import annotations

import random
import string

FILE = "onward_canary_settings.py"


def line() -> str:
    """Return a line of code with an access token."""
    letters = string.ascii_letters + string.digits
    token = "gh" + "p_" + "".join(random.SystemRandom().choice(letters) for _ in range(36))
    return 'ACCESS_TOKEN = "%s"\n' % token
