"""Makes `@playwright/test` take the machine's browser: a configuration around the project's own, and an ffmpeg for videos.

Arguments: FOLDER CONFIG. FOLDER is the front end's (of a workspace), CONFIG the name of its configuration there. Settings are those of
`journey_browser`. Only public options of Playwright are used; projects for other browsers are left out and named.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ..journey_browser import launch_options, place_ffmpeg, settings

NAME = "onward.playwright.config"
WRAPPER = """import base from "./%(config)s";

const ours = %(ours)s;
const browser = (use) => use?.browserName ?? use?.defaultBrowserType ?? base.use?.browserName ?? "chromium";
const isOurs = (project) => browser(project.use) === "chromium";
const wrapped = (use) => ({
  ...use,
  ...ours,
  channel: undefined,
  baseURL: process.env.APPLICATION_URL ?? use?.baseURL ?? base.use?.baseURL,
  launchOptions: {
    ...use?.launchOptions,
    ...ours.launchOptions,
    args: [...(use?.launchOptions?.args ?? []), ...ours.launchOptions.args],
  },
});

export default {
  ...base,
  metadata: {
    ...base.metadata,
    leftOut: (base.projects ?? []).filter((project) => !isOurs(project)).map((project) => project.name),
  },
  webServer: process.env.APPLICATION_URL ? undefined : base.webServer,
  use: wrapped(base.use),
  projects: base.projects?.filter(isOurs).map((project) => ({ ...project, use: wrapped({ ...base.use, ...project.use }) })),
};
"""


def main() -> None:
    """Write the configuration beside the project's own."""
    folder, config = Path(sys.argv[1]), sys.argv[2]
    options = launch_options({})
    ours = {
        "headless": True,
        "launchOptions": {"executablePath": options["executable_path"], "args": options["args"]},
        "screenshot": "only-on-failure",
        "trace": "retain-on-failure",
        "video": "retain-on-failure",
    }
    told = folder / "node_modules" / "playwright-core" / "browsers.json"
    place_ffmpeg(Path(settings()["browsers"]), told)
    text = WRAPPER % {"config": config, "ours": json.dumps(ours, indent=2)}
    (folder / (NAME + Path(config).suffix)).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
