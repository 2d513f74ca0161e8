"""A tiny shop with a login page, served by the standard library, and journeys through it in a browser."""

from __future__ import annotations

from pathlib import Path

from kit import repos
from kit.repos import Repo

ONWARD = """schema = 1

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
    "onward.toml": ONWARD,
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


# the same kiosk with journeys of @playwright/test, which start a server of their own where nobody gives them one

LOCK = """{
  "name": "kiosk",
  "version": "1.0.0",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": {
      "name": "kiosk",
      "version": "1.0.0",
      "devDependencies": {
        "@playwright/test": "1.56.1"
      }
    },
    "node_modules/@playwright/test": {
      "version": "1.56.1",
      "integrity": "sha512-vSMYtL/zOcFpvJCW71Q/OEGQb7KYBPAdKh35WNSkaZA75JlAO8ED8UN6GUNTm3drWomcbcqRPFqQbLae8yBTdg==",
      "dev": true,
      "license": "Apache-2.0",
      "dependencies": {
        "playwright": "1.56.1"
      },
      "bin": {
        "playwright": "cli.js"
      },
      "engines": {
        "node": ">=18"
      }
    },
    "node_modules/fsevents": {
      "version": "2.3.2",
      "integrity": "sha512-xiqMQR4xAeHTuB9uWm+fFRcIOgKBMiOBP+eXiyT7jsgVCq1bkVygt00oASowB7EdtpOHaaPgKt812P9ab+DDKA==",
      "dev": true,
      "license": "MIT",
      "optional": true,
      "os": [
        "darwin"
      ],
      "engines": {
        "node": "^8.16.0 || ^10.6.0 || >=11.0.0"
      }
    },
    "node_modules/playwright": {
      "version": "1.56.1",
      "integrity": "sha512-aFi5B0WovBHTEvpM3DzXTUaeN6eN0qWnTkKx4NQaH4Wvcmc153PdaY2UBdSYKaGYw+UyWXSVyxDUg5DoPEttjw==",
      "dev": true,
      "license": "Apache-2.0",
      "dependencies": {
        "playwright-core": "1.56.1"
      },
      "bin": {
        "playwright": "cli.js"
      },
      "engines": {
        "node": ">=18"
      },
      "optionalDependencies": {
        "fsevents": "2.3.2"
      }
    },
    "node_modules/playwright-core": {
      "version": "1.56.1",
      "integrity": "sha512-hutraynyn31F+Bifme+Ps9Vq59hKuUCz7H1kDOcBs+2oGguKkWTU50bBWrtz34OUWmIwpBTWDxaRPXrIXkgvmQ==",
      "dev": true,
      "license": "Apache-2.0",
      "bin": {
        "playwright-core": "cli.js"
      },
      "engines": {
        "node": ">=18"
      }
    }
  }
}
"""
PACKAGE = """{
  "name": "kiosk",
  "version": "1.0.0",
  "private": true,
  "scripts": { "e2e": "playwright test" },
  "devDependencies": { "@playwright/test": "1.56.1" }
}
"""
CONFIG = """import { defineConfig, devices } from "@playwright/test";

export default defineConfig({
  testDir: "./journeys",
  use: { baseURL: "http://127.0.0.1:3000", channel: "chrome" },
  webServer: { command: "python ../web.py 3000", url: "http://127.0.0.1:3000/health" },
  projects: [
    { name: "chromium", use: { ...devices["Desktop Chrome"] } },
    { name: "firefox", use: { ...devices["Desktop Firefox"] } },
  ],
});
"""
SPEC = """import { expect, test } from "@playwright/test";

test("log in", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("textbox").fill("Ada");
  await page.getByRole("button", { name: "Log in" }).click({ timeout: 2000 });
  await expect(page.getByRole("status")).toHaveText("Hello, Ada");
});
"""
NODE_FILES = {
    ".gitignore": "node_modules/\n",
    "requirements-dev.txt": "pytest==8.4.2\n",
    "front/package.json": PACKAGE,
    "front/package-lock.json": LOCK,
    "front/playwright.config.ts": CONFIG,
    "front/journeys/kiosk.spec.ts": SPEC,
}


def make_with_node(root: Path, **changes: str) -> Repo:
    """Make the kiosk whose journeys are JavaScript's."""
    python = {name: text for name, text in FILES.items() if not name.startswith("tests/e2e")}
    return repos.make(root, {**python, **NODE_FILES, **changes})
