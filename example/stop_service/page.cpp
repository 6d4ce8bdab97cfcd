// SPDX-License-Identifier: BSL-1.0
#include "page.hpp"

#include <algorithm>
#include <iterator>

namespace stop_service {

namespace {

constexpr char html[] = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>stop-service</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<h1>Stop tasks</h1>
<form id="form">
<label for="tasks">One a line: <code>project/task</code> or <code>region/project/task</code></label>
<textarea id="tasks" rows="5" spellcheck="false" autocomplete="off" required></textarea>
<button>Stop them</button>
</form>
<p id="state" role="status"></p>
<section id="job" aria-labelledby="job-title" hidden>
<h2 id="job-title">Job <code id="job-id"></code></h2>
<progress id="progress" value="0" max="1" aria-label="Tasks that have ended"></progress>
<p><b id="ended">0</b> of <b id="total">0</b> tasks have ended</p>
<ul id="outcomes"></ul>
<table>
<caption id="shown">The last results</caption>
<thead><tr><th scope="col">Task</th><th scope="col">Outcome</th><th scope="col">Why</th></tr></thead>
<tbody id="results"></tbody>
</table>
</section>
<section aria-labelledby="jobs-title">
<h2 id="jobs-title">Last jobs</h2>
<ul id="jobs"></ul>
</section>
</body>
</html>
)html";

constexpr char style[] = R"css(:root {
  --page: #fcfcfb; --text: #1b1b1a; --quiet: #5f5e5a; --line: #c9c8c2; --link: #1d5da3; --bad: #a32c25;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #191918; --text: #efeeea; --quiet: #a9a8a2; --line: #4b4b47; --link: #7fb3ec; --bad: #f0938c; }
}
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; overflow-wrap: anywhere; }
label { display: block; }
label, caption { text-align: left; color: var(--quiet); }
textarea { width: 100%; box-sizing: border-box; background: var(--page); color: var(--text);
  border: 1px solid var(--line); border-radius: .3rem; font: 14px/1.4 ui-monospace, monospace; }
button { margin-top: .5rem; padding: .4rem 1rem; font: inherit; }
a { color: var(--link); }
progress { width: 100%; }
#state { min-height: 1.5em; margin: .5rem 0; }
.bad { color: var(--bad); }
ul { padding: 0; list-style: none; }
#outcomes { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .25rem 0 1rem; }
#jobs li { overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th { text-align: left; font-weight: normal; color: var(--quiet); }
th, td { padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
th:nth-child(2) { width: 9rem; }
@media (max-width: 40rem) {
  body { padding: 1rem; }
  th:nth-child(2) { width: 6rem; }
}
)css";

constexpr char script[] = R"js("use strict";
// What the service says is text and never markup.
const most_rows = 200;
const by_id = (id) => document.getElementById(id);
let events = null;  // of the job that is shown
let again = 0;      // the timer that asks for them once more

function say(text, bad) {
  by_id("state").textContent = text;
  by_id("state").className = bad ? "bad" : "";
}

function task_of(line) {
  const parts = line.split("/");
  if (parts.length < 2 || parts.length > 3 || parts.includes("")) throw new Error("no task: " + line);
  const [task_id, project_id, region] = parts.reverse();
  return region ? { region, project_id, task_id } : { project_id, task_id };
}

async function asked(place, options) {
  const reply = await fetch(place, options);
  const body = await reply.json();
  if (!reply.ok) throw new Error(body.error);
  return body;
}

async function submit(event) {
  event.preventDefault();
  try {
    const lines = by_id("tasks").value.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    const job = await asked("/stops", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(lines.map(task_of)),
    });
    by_id("tasks").value = "";
    location.hash = job.id;
    list_jobs();
  } catch (error) {
    say(error.message, true);
  }
}

function item(text, href) {
  const made = document.createElement("li");
  const inside = href ? made.appendChild(document.createElement("a")) : made;
  if (href) inside.href = href;
  inside.textContent = text;
  return made;
}

async function list_jobs() {
  try {
    const jobs = await asked("/stops");
    by_id("jobs").replaceChildren(...jobs.map((job) => item(
      new Date(job.made).toLocaleString() + ": " + job.ended + " of " + job.tasks + (job.done ? ", done" : ""),
      "#" + job.id)));
  } catch (error) {
    // It is asked again anyway.
  }
}

function add_row(result) {
  const row = document.createElement("tr");
  const task = [result.region, result.project_id, result.task_id].filter(Boolean).join("/");
  for (const text of [task, result.outcome.replaceAll("_", " "), result.message || ""])
    row.appendChild(document.createElement("td")).textContent = text;
  if (!result.success) row.className = "bad";
  by_id("results").prepend(row);
  if (by_id("results").rows.length > most_rows) by_id("results").lastChild.remove();
}

function show_counts(counts, total) {
  let ended = 0;
  for (const count of counts.values()) ended += count;
  by_id("ended").textContent = ended;
  by_id("total").textContent = total;
  by_id("progress").max = Math.max(total, 1);
  by_id("progress").value = ended;
  by_id("outcomes").replaceChildren(
    ...[...counts].map(([outcome, count]) => item(count + " " + outcome.replaceAll("_", " "))));
}

function leave() {
  clearTimeout(again);
  if (events) events.close();
  events = null;
}

// From its first result on, or where the browser lost the connection, from the last one that came.
async function show(id) {
  leave();
  const counts = new Map();
  by_id("results").replaceChildren();
  try {
    const job = await asked("/stops/" + id);
    by_id("job").hidden = false;
    by_id("job-id").textContent = id;
    show_counts(counts, job.tasks);
    const stream = events = new EventSource(job.events);
    stream.onopen = () => say("running");
    stream.addEventListener("result", (event) => {
      const result = JSON.parse(event.data);
      counts.set(result.outcome, (counts.get(result.outcome) || 0) + 1);
      show_counts(counts, job.tasks);
      add_row(result);
    });
    stream.addEventListener("end", () => {
      leave();
      say("all tasks have ended");
      list_jobs();
    });
    stream.onerror = () => {
      say("the service is away; asking again", true);
      if (stream.readyState === EventSource.CLOSED) again = setTimeout(show, 2000, id);
    };
  } catch (error) {
    say(error.message, true);
    if (error instanceof TypeError) again = setTimeout(show, 2000, id);  // it could not be reached
  }
}

function show_chosen() {
  const id = location.hash.slice(1);
  if (/^[0-9a-f]{32}$/.test(id)) show(id);
}

by_id("form").addEventListener("submit", submit);
addEventListener("hashchange", show_chosen);
show_chosen();
list_jobs();
setInterval(list_jobs, 5000);
)js";

constexpr page_file files[] = {
    {"/", "text/html; charset=utf-8", html},
    {"/page.css", "text/css; charset=utf-8", style},
    {"/page.js", "text/javascript; charset=utf-8", script},
};

}  // namespace

page_file const* find_page_file(std::string_view path) noexcept {
    auto const* const found = std::ranges::find(files, path, &page_file::path);
    return found == std::end(files) ? nullptr : found;
}

}  // namespace stop_service
