"""The page of a served table: it fetches the table and shows it again when it has changed."""

from __future__ import annotations

import base64
import hashlib
import html

_STYLE = """
:root { color-scheme: light dark }
body { font: 14px system-ui, sans-serif; margin: 0 1em 1em }
header { position: sticky; left: 0; display: flex; gap: 1em; align-items: baseline }
header { padding: .7em 0; width: fit-content }
h1 { font-size: 1.2em; margin: 0 }
input { font: inherit; padding: 2px 8px; width: 16em }
#state { opacity: .7 }
#state.lost { opacity: 1; color: #fff; background: #b3123c; padding: 2px 8px; border-radius: 3px }
table { border-collapse: collapse; margin-bottom: 1em }
th { position: sticky; top: 0; background: Canvas; text-align: left; cursor: pointer }
th[aria-sort=ascending]::after { content: " ▲" }
th[aria-sort=descending]::after { content: " ▼" }
th, td { padding: 2px 10px; border-bottom: 1px solid #8884; white-space: pre-line }
td:nth-child(3) { white-space: nowrap }
td.n { text-align: right; font-variant-numeric: tabular-nums }
tbody tr:hover { background: #8882 }
"""

# Order and search stay when the table is replaced; the browser keeps the scroll position.
_SCRIPT = """
"use strict";
const main = document.querySelector("main"), state = document.querySelector("#state");
const find = document.querySelector("input");
let etag = "", column = -1, descending = false, updated = null, lostAt = null;
let problem = "", shown = "";

function clock(when) { return when.toLocaleString("sv"); }

function tell() {
  const lost = lostAt || problem;
  state.className = lost ? "lost" : "";
  const since = updated ? "updated " + clock(updated) : "";
  state.textContent = lostAt ? "connection lost at " + clock(lostAt) + "; " + since
    : problem ? problem + " " + since : since;
}

function value(row) {
  const text = row.cells[column] ? row.cells[column].textContent.trim() : "";
  const number = text === "" ? NaN : Number(text);
  return [text === "" ? 2 : isNaN(number) ? 1 : 0, number, text];
}

function compare(one, two) {
  const a = value(one), b = value(two);
  if (a[0] === 2 || b[0] === 2) return a[0] - b[0];
  const order = a[0] - b[0] || (a[0] ? a[2].localeCompare(b[2]) : a[1] - b[1]);
  return descending ? -order : order;
}

function arrange() {
  const table = main.querySelector("table");
  if (!table) return;
  table.querySelectorAll("th").forEach((th, at) => {
    if (at === column) th.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else th.removeAttribute("aria-sort");
  });
  const body = table.tBodies[0], rows = Array.from(body.rows);
  if (column >= 0) body.append(...rows.sort(compare));
  const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every(word => text.includes(word));
  }
}

async function refresh() {
  try {
    const options = {headers: etag ? {"If-None-Match": etag} : {}, cache: "no-store"};
    const response = await fetch("table.json", {...options, signal: AbortSignal.timeout(20000)});
    if (response.status === 200) {
      const found = await response.json();
      if (found.html !== shown) {
        main.innerHTML = shown = found.html;
        arrange();
      }
      etag = response.headers.get("ETag");
      updated = new Date(found.updated * 1000);
      problem = found.problem;
    } else if (response.status !== 304) throw new Error(response.statusText);
    lostAt = null;
  } catch (error) {
    lostAt = lostAt || new Date();
  }
  tell();
  setTimeout(refresh, document.hidden ? 15000 : 2000);
}

main.addEventListener("click", event => {
  const th = event.target.closest("table:first-of-type th");
  if (!th) return;
  descending = th.cellIndex === column && !descending;
  column = th.cellIndex;
  arrange();
});
find.addEventListener("input", arrange);
refresh();
"""

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
<header><h1>{title}</h1><input type="search" placeholder="Search" aria-label="Search">
<span id="state" role="status"></span></header>
<main><noscript>This page needs JavaScript.</noscript></main>
<script>{script}</script>
</html>
"""


def _source(text: str) -> str:
    """Return the source of a content security policy that allows exactly this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_source(_SCRIPT)}; style-src {_source(_STYLE)}; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Content security policy: nothing but the page's own script and style runs in it."""


def live_page(title: str) -> str:
    """Return the page."""
    return _PAGE.format(title=html.escape(title), style=_STYLE, script=_SCRIPT)
