"""A tiny shop with a login page, served by the standard library, and journeys through it in a browser."""

from __future__ import annotations

from pathlib import Path

from kit import repos
from kit.repos import Repo

PAWL = """schema = 1

[project]
name = "kiosk"
python = ["3.11"]
deployed-python = "3.11"
source = ["web.py"]
tests = ["tests"]
requirements = ["requirements-dev.txt"]
deployed-requirements = ["requirements.txt"]
default-branch = "main"

[application]
command = ["python", "web.py", "{port}"]
health = "/health"
start-timeout = "10s"

[gates.lint]
enabled = false
reason = "not what this project is about"
"""

PAGE = """<!doctype html>
<html lang="en">
<head><title>Kiosk</title><link rel="icon" href="data:,"></head>
<body>
<h1>Log in</h1>
<form>
<label for="name">Name</label><input id="name" name="name">
<button type="submit">Log in</button>
</form>
<p role="status"></p>
<script>
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = document.getElementById("name").value;
  const answer = await fetch("/hello?name=" + encodeURIComponent(name));
  document.querySelector("[role=status]").textContent = await answer.text();
});
</script>
</body>
</html>
"""

WEB = '''"""A kiosk that greets whoever logs in."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PAGE = Path(__file__).parent / "index.html"


class Kiosk(BaseHTTPRequestHandler):
    """Answers with the page, a greeting, or that it is up."""

    def do_GET(self) -> None:
        """Answer one request."""
        asked = urlsplit(self.path)
        answers = {"/": (200, PAGE.read_bytes(), "text/html"), "/health": (200, b"up", "text/plain")}
        if asked.path == "/hello":
            name = parse_qs(asked.query).get("name", [""])[0]
            answers["/hello"] = (200 if name else 401, f"Hello, {name}".encode(), "text/plain")
        status, body, kind = answers.get(asked.path, (404, b"nothing", "text/plain"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Kiosk).serve_forever()
'''

JOURNEY = '''"""What people do at the kiosk."""

from playwright.sync_api import Page, expect


def test_log_in(page: Page) -> None:
    page.goto("/")
    page.get_by_role("textbox").fill("Ada")
    page.get_by_role("button", name="Log in").click(timeout=2000)
    expect(page.get_by_role("status")).to_have_text("Hello, Ada")


def test_without_a_name(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Log in").click(timeout=2000)
    expect(page.get_by_role("status")).to_have_text("Hello,")
'''

FILES: dict[str, str] = {
    "pawl.toml": PAWL,
    "requirements.txt": "",
    "requirements-dev.txt": "pytest==8.4.2\npytest-playwright==0.7.1\n",
    "web.py": WEB,
    "index.html": PAGE,
    "tests/unit/test_web.py": "import web\n\n\ndef test_page() -> None:\n    assert web.PAGE.exists()\n",
    "tests/e2e/test_kiosk.py": JOURNEY,
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
}


def make(root: Path, **changes: str) -> Repo:
    """Make the kiosk as a repository with one commit at `root`."""
    return repos.make(root, {**FILES, **changes})
