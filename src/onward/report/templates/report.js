"use strict";
const field = document.getElementById("filter");
const rows = Array.from(document.querySelectorAll("[data-finding]"));
document.getElementById("tools").hidden = rows.length === 0;
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const told = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => told.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  document.getElementById("shown").textContent = words.length ? shown + " of " + rows.length + " findings" : "";
  if (words.length) for (const part of document.querySelectorAll("details.gate")) part.open = true;
});
for (const name of ["open", "shut"]) {
  document.getElementById(name).addEventListener("click", () => {
    for (const part of document.querySelectorAll("details.gate")) part.open = name === "open";
  });
}
