// The control of the browser for @playwright/test: as the program `open_browser`, with the project's own Playwright.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { createRequire } = require("node:module");

const { executable, out } = JSON.parse(process.env.ONWARD_BROWSER);
const modules = createRequire(path.join(process.env.ONWARD_FRONT_END, "package.json"));
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const page = `<!doctype html><title>control</title><label for="word">Word</label><input id="word">
<button onclick="document.title = document.getElementById('word').value.split('').reverse().join('')">Turn</button>`;

async function work() {
  const word = crypto.randomBytes(8).toString("hex");
  const videos = fs.mkdtempSync(path.join(os.tmpdir(), "control-"));
  const browser = await modules("playwright-core").chromium.launch({ executablePath: executable, args });
  const context = await browser.newContext({ recordVideo: { dir: videos } });
  const control = await context.newPage();
  await control.goto("data:text/html," + encodeURIComponent(page));
  await control.getByLabel("Word").fill(word);
  await control.getByRole("button", { name: "Turn" }).click();
  const title = await control.title();
  await context.close();
  const version = browser.version();
  await browser.close();
  if (title !== word.split("").reverse().join("")) throw new Error(`the page shows ${title}, but its script wrote another word`);
  if (!fs.readdirSync(videos).length) throw new Error("no video was recorded");
  return version;
}

const said = { worked: false, why: "", browser: "", playwright: modules("playwright-core/package.json").version };
work()
  .then((version) => Object.assign(said, { worked: true, browser: version }))
  .catch((error) => {
    console.log(String(error));
    said.why = String(error.message).split("\n").map((line) => line.trim()).filter(Boolean).slice(0, 3).join(" ");
  })
  .finally(() => {
    fs.writeFileSync(path.join(out, "control.json"), JSON.stringify(said));
    process.exitCode = said.worked ? 0 : 4;
  });
