// Loaded by `node --require` into every process of @playwright/test: notes what pages do that no test looks for.
// Appends to journeys.jsonl what `watch_journeys.py` would; settings are those of `journey_browser`.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const PARTS = ["script", "stylesheet", "image", "font"];
const seen = { browsers: 0, pages: 0, loaded: 0 };
const told = new Set();

function write(line) {
  const text = JSON.stringify(line) + "\n";
  if (told.has(text)) return;
  told.add(text);
  fs.appendFileSync(path.join(JSON.parse(process.env.ONWARD_BROWSER).out, "journeys.jsonl"), text);
}

function journey(modules) {
  try {
    const { file, titlePath } = modules("@playwright/test").test.info();
    return [path.relative(process.env.ONWARD_TREE, file), ...titlePath.slice(1)].join("::");
  } catch {
    return ""; // between two tests
  }
}

async function watch(context, modules) {
  const note = (kind, url, text) => write({ kind, journey: journey(modules), url, text: text.trim().split("\n")[0].slice(0, 300) });
  const opened = (page) => {
    seen.pages += 1;
    page.on("crash", () => note("page-crash", page.url(), ""));
  };
  context.pages().forEach(opened);
  context.on("page", opened);
  context.on("weberror", (event) => note("page-error", event.page()?.url() ?? "", String(event.error()?.message ?? event.error())));
  context.on("console", (message) => {
    if (message.type() !== "error" || message.text().startsWith("Failed to load resource")) return;
    note("page-error", message.page()?.url() ?? "", message.text());
  });
  context.on("response", (response) => {
    const request = response.request();
    if (request.isNavigationRequest()) seen.loaded += 1;
    const answer = `got ${response.status()}`;
    if (response.status() >= 500) note("server-error", response.url(), `${request.method()} ${answer}`);
    else if (response.status() >= 400 && PARTS.includes(request.resourceType()))
      note("missing-part", response.url(), `${request.resourceType()} ${answer}`);
  });
  await context.exposeBinding("__onwardField", ({ page }, described) => note("unlabelled-field", page.url(), described));
  await context.addInitScript({ path: path.join(__dirname, "page_fields.js") });
}

function install(modules) {
  const { chromium } = modules("playwright-core");
  const launch = chromium.launch.bind(chromium);
  chromium.launch = async (options) => {
    const browser = await launch(options);
    seen.browsers += 1;
    for (const name of ["newContext", "_newContextForReuse"]) {
      if (typeof browser[name] !== "function") continue;
      const original = browser[name].bind(browser);
      browser[name] = async (...given) => {
        const context = await original(...given);
        await watch(context, modules);
        return context;
      };
    }
    return browser;
  };
  process.on("exit", () => write({ kind: "watched", ...seen }));
}

if (process.env.ONWARD_BROWSER) install(createRequire(path.join(process.env.ONWARD_FRONT_END, "package.json")));
