// Looks for form fields without a name, at the moments at which somebody works a page: only what a journey's own action
// has let settle is looked at, so that the same journey always sees the same fields.
(() => {
  const kinds = "input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=reset]):not([type=image])";
  const told = new Set();
  const words = (text) => (text || "").trim();
  const referred = (ids) => words(ids).split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean)
    .map((node) => words(node.textContent)).join("");
  const labels = (field) => Array.from(field.labels || []).map((label) => words(label.textContent)).join("");
  const named = (field) => words(field.getAttribute("aria-label")) || referred(field.getAttribute("aria-labelledby"))
    || labels(field) || words(field.title) || words(field.placeholder);
  const visible = (field) => field.getClientRects().length > 0;
  const described = (field) => [field.localName, field.type, field.name || field.id].filter(Boolean).join(" ");
  const look = () => document.querySelectorAll(`${kinds}, select, textarea`).forEach((field) => {
    if (!visible(field) || named(field) || told.has(field)) return;
    told.add(field);
    window.__onwardField(described(field));
  });
  for (const moment of ["focusin", "click", "change"]) document.addEventListener(moment, look, true);
})();
