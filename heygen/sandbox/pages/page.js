"use strict";
// The page shows what the sandbox tells: /_sandbox/events sends the parts that have changed, as HTML made and escaped there.
const element = (id) => document.getElementById(id);
const MOST_ROWS = 100;
const made = new WeakMap();  // the HTML that an element was made of: a player's own may change as it plays
let source = null, last = "", lead = 0;

function nodes(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

// Replace what has changed and leave the rest where it is, so that a player plays on.
function patch(box, html) {
  const keyed = box.querySelector("[data-keyed]"), fresh = nodes(html);
  const next = fresh.querySelector("[data-keyed]");
  if (!keyed || !next) {
    for (const each of next ? next.children : []) made.set(each, each.outerHTML);
    return box.replaceChildren(fresh);
  }
  const known = new Map([...keyed.children].map((each) => [each.id, each]));
  let at = keyed.firstElementChild;
  for (const each of [...next.children]) {
    const old = known.get(each.id), text = each.outerHTML, same = old && (made.get(old) ?? old.outerHTML) === text;
    made.set(same ? old : each, text);
    known.delete(each.id);
    if (same && old === at) at = at.nextElementSibling;
    else {
      if (old === at && at) at = at.nextElementSibling;
      if (old && !same) old.remove();
      keyed.insertBefore(same ? old : each, at);
    }
  }
  for (const each of known.values()) each.remove();
}

function show(event) {
  const told = JSON.parse(event.data);
  last = event.lastEventId;
  lead = told.now * 1000 - Date.now();
  for (const [name, html] of Object.entries(told.parts)) patch(element(`part-${name}`), html);
  const log = element("log");
  if (told.is_whole) log.replaceChildren();
  log.prepend(nodes(told.requests.join("")));
  while (log.children.length > MOST_ROWS) log.lastElementChild.remove();
  element("count").textContent = told.count;
  document.body.dataset.last = last;
  tick();
}

function tick() {
  element("clock").textContent = new Date(Date.now() + lead).toISOString().slice(0, 19).replace("T", " ") + " UTC";
}

function connect() {
  if (source || document.hidden) return;
  source = new EventSource("/_sandbox/events" + (last ? `?last=${encodeURIComponent(last)}` : ""));
  source.onopen = () => live("live", "green");
  source.onmessage = show;
  source.onerror = () => {
    live("not connected", "red");
    if (source && source.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(connect, 3000);
    }
  };
}

function live(text, style) {
  element("live").textContent = text;
  element("live").className = `status ${style}`;
}

async function send(method, path, body) {
  const answer = await fetch(path, { method, body, headers: body ? { "Content-Type": "application/json" } : {} });
  const document = await answer.json();
  element("told").textContent = answer.ok ? "" : document.error.message;
  return answer.ok;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-send]");
  if (!button || (button.dataset.ask && !confirm(button.dataset.ask))) return;
  const [method, path] = button.dataset.send.split(" ");
  send(method, path, button.dataset.body);
});
element("rule").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = event.target.elements.rule;
  if (await send("POST", "/_sandbox/faults", JSON.stringify({ rule: field.value }))) field.value = "";
});
// A browser has few connections for one host: a page that nobody sees gives its own up.
document.addEventListener("visibilitychange", () => {
  if (document.hidden && source) {
    source.close();
    source = null;
  }
  connect();
});
setInterval(tick, 1000);
connect();
