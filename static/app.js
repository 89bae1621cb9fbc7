/*
 * What a script adds to pages that work without one: tables that filter while
 * one types, live run logs, dialogs for what asks before it acts, copy
 * buttons, keys.
 *
 * HTML is taken from our own pages only; everything else enters the document
 * as text.
 */

const FILTER_DELAY_MS = 150;
const POLL_MS = 700;
const POLL_AFTER_ERROR_MS = 4000;

async function fetchPage(url, signal) {
	const answer = await fetch(url, { signal, headers: { Accept: "text/html" } });

	if (!answer.ok)
		throw new Error(`${url}: ${answer.status}`);
	const html = new DOMParser().parseFromString(await answer.text(), "text/html");

	/* A session that ended answers with the sign-in page. */
	if (answer.redirected && new URL(answer.url).pathname === "/login")
		location.assign(answer.url);
	return html;
}

/* --- tables that answer while one types ------------------------------------ */

function filterUrl(form) {
	const url = new URL(form.action);

	for (const [name, value] of new FormData(form)) {
		if (value !== "")
			url.searchParams.append(name, value);
	}
	return url;
}

function liveFilter(form) {
	const target = () => document.getElementById(form.dataset.live);
	let timer = 0;
	let running = null;

	async function update() {
		const url = filterUrl(form);

		running?.abort();
		running = new AbortController();
		try {
			const page = await fetchPage(url, running.signal);
			const fresh = page.getElementById(form.dataset.live);

			if (fresh) {
				target().replaceChildren(...fresh.childNodes);
				addTickAll();
				history.replaceState(null, "", url);
			}
		} catch (error) {
			if (error.name !== "AbortError")
				form.submit();
		}
	}

	function soon(delay) {
		clearTimeout(timer);
		timer = setTimeout(update, delay);
	}

	form.addEventListener("input", event =>
		soon(event.target.tagName === "SELECT" ? 0 : FILTER_DELAY_MS));
	form.addEventListener("submit", event => {
		event.preventDefault();
		soon(0);
	});
}

/* --- ticking rows ------------------------------------------------------------ */

function tickBoxes() {
	return [...document.querySelectorAll('input[name="row"][form="bulk"]')];
}

function countTicked() {
	const said = document.querySelector("[data-ticked]");
	const all = document.querySelector("[data-tick-all] input");
	const boxes = tickBoxes();
	const n = boxes.filter(box => box.checked).length;

	if (said)
		said.textContent = n ? `${n} ticked` : "";
	if (all) {
		all.checked = n > 0 && n === boxes.length;
		all.indeterminate = n > 0 && n < boxes.length;
	}
}

function addTickAll() {
	const head = document.querySelector("[data-tick-all]");

	if (!head || head.firstChild)
		return;
	const box = document.createElement("input");

	box.type = "checkbox";
	box.setAttribute("aria-label", "Tick all rows of this page");
	box.addEventListener("change", () => {
		for (const one of tickBoxes())
			one.checked = box.checked;
		countTicked();
	});
	head.append(box);
	countTicked();
}

/* A field that is left as it is needs no control. */
function showControl(select) {
	const field = select.parentElement.querySelector(".field");
	const needed = !["keep", "clear"].includes(select.value);

	field.hidden = !needed;
}

document.addEventListener("change", event => {
	if (event.target.matches('input[name="row"]'))
		countTicked();
	if (event.target.matches("select[data-way]"))
		showControl(event.target);
});

/* --- live run ---------------------------------------------------------------- */

const LIVE_PARTS = ["live-badge", "live-actions", "live-outcome",
	"live-devices", "live-started", "live-finished"];

function logRow(line) {
	const row = document.createElement("tr");
	const time = document.createElement("time");

	row.className = `l-${line.level}`;
	time.dateTime = line.t;
	time.textContent = line.time;
	row.insertCell().append(time);
	row.insertCell().textContent = line.level;
	row.insertCell().textContent = line.device;
	row.insertCell().textContent = line.text;
	row.lastChild.className = "line";
	return row;
}

/* Follows the end until the reader scrolls up, and again once they return. */
function appendLines(log, lines) {
	const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 24;

	log.querySelector("tbody").append(...lines.map(logRow));
	if (lines.length > 0)
		document.getElementById("log-empty")?.remove();
	if (follows)
		log.scrollTop = log.scrollHeight;
}

async function refreshParts() {
	const page = await fetchPage(location.href);

	for (const id of LIVE_PARTS) {
		const old = document.getElementById(id);
		const fresh = page.getElementById(id);

		if (old && fresh && old.innerHTML !== fresh.innerHTML)
			old.replaceChildren(...fresh.childNodes);
	}
}

function liveLog(log) {
	let last = Number(log.dataset.last);
	let state = log.dataset.liveLog;

	async function poll() {
		let delay = POLL_MS;

		try {
			const answer = await fetch(`${log.dataset.url}?since=${last}`);

			if (!answer.ok)
				throw new Error(`log: ${answer.status}`);
			const news = await answer.json();

			appendLines(log, news.lines);
			if (news.state !== state || news.lines.length > 0)
				await refreshParts();
			last = news.last;
			state = news.state;
			if (!news.live)
				return;
		} catch {
			delay = POLL_AFTER_ERROR_MS;
		}
		setTimeout(poll, delay);
	}

	log.scrollTop = log.scrollHeight;
	poll();
}

/* --- a page that watches something ------------------------------------------------ */

const WATCH_MS = 1500;

/* Fetches itself again as long as its fresh version says that it is worth it,
 * and takes over the marked parts that differ. */
async function watchPage() {
	if (!document.querySelector("[data-watch]"))
		return;
	try {
		const page = document.hidden ? null : await fetchPage(location.href);

		for (const fresh of page?.querySelectorAll("[data-part]") ?? []) {
			const old = document.getElementById(fresh.id);

			if (old && old.outerHTML !== fresh.outerHTML)
				old.replaceWith(fresh);
		}
	} catch {
		/* it may answer again */
	}
	setTimeout(watchPage, WATCH_MS);
}

/* --- dialogs ------------------------------------------------------------------ */

async function openDialog(link) {
	const page = await fetchPage(link.href);
	const content = page.querySelector("[data-dialog-content]");
	const dialog = document.createElement("dialog");

	if (!content) {
		location.assign(link.href);
		return;
	}
	dialog.setAttribute("aria-label", content.getAttribute("aria-label") ?? "");
	dialog.append(content);
	document.body.append(dialog);
	dialog.addEventListener("close", () => {
		dialog.remove();
		link.focus();
	});
	dialog.addEventListener("click", event => {
		if (event.target === dialog || event.target.closest("[data-close]")) {
			event.preventDefault();
			dialog.close();
		}
	});
	dialog.showModal();
	/* What a hasty Enter does must be harmless. */
	dialog.querySelector("input:not([type=hidden]), textarea, [data-close]")
		?.focus();
}

/* --- small things --------------------------------------------------------------- */

function icon(name) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const use = document.createElementNS("http://www.w3.org/2000/svg", "use");

	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	use.setAttribute("href", `/static/icons.svg#${name}`);
	svg.append(use);
	return svg;
}

function addCopyButton(element) {
	const button = document.createElement("button");

	button.type = "button";
	button.className = "copy-button";
	button.setAttribute("aria-label", `Copy ${element.textContent}`);
	button.append(icon("copy"));
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(element.textContent);
		button.replaceChildren(icon("done"));
		setTimeout(() => button.replaceChildren(icon("copy")), 1200);
	});
	element.append(button);
}

/* In the rows of a table they come under the pointer only: hundreds would be
 * in the way of whoever goes by the tab key. */
function addCopyButtons() {
	for (const element of document.querySelectorAll(".copyable:not(.rows *)"))
		addCopyButton(element);
	document.addEventListener("pointerover", ({ target }) => {
		const element = target.closest?.(".copyable");

		if (element && !element.querySelector(".copy-button"))
			addCopyButton(element);
	});
}

function isTyping(target) {
	return target.closest("input, textarea, select, [contenteditable], dialog");
}

/* --- keys ------------------------------------------------------------------------ */

const PLACES = {
	h: ["Dashboard", "/"],
	d: ["Devices", "/devices"],
	s: ["Servers", "/servers"],
	r: ["Runs", "/runs"],
	j: ["Jobs", "/jobs"],
	a: ["Audit", "/audit"],
	v: ["VLANs", "/vlans"],
	t: ["Templates", "/templates"],
};
const G_WAITS_MS = 1500;
let gPressed = -G_WAITS_MS;

function focusSearch() {
	document.getElementById("search")?.focus();
	document.getElementById("search")?.select();
}

/* Rows of the page's first table, by the link that leads to each. */
function stepRow(step) {
	const links = [...document.querySelectorAll("main tbody tr .row-link")];
	const now = links.findIndex(link =>
		link.closest("tr").contains(document.activeElement));
	const next = Math.min(Math.max(now + step, 0), links.length - 1);

	links[next]?.focus();
}

function tickRow() {
	document.activeElement.closest("tr")
		?.querySelector('.tick input[type="checkbox"]')?.click();
}

function keyRow(keys, what) {
	const row = document.createElement("div");
	const kbd = document.createElement("kbd");

	kbd.textContent = keys;
	row.append(kbd, what);
	return row;
}

function showKeys() {
	const dialog = document.createElement("dialog");
	const title = document.createElement("h2");
	const close = document.createElement("button");

	dialog.className = "keys";
	title.textContent = "Keys";
	title.id = "keys-title";
	close.textContent = "Close";
	close.className = "button";
	close.addEventListener("click", () => dialog.close());
	dialog.setAttribute("aria-labelledby", "keys-title");
	dialog.append(title, keyRow("/", "Search"),
		keyRow("j k", "Next and previous row; Enter opens it"),
		keyRow("x", "Tick the row"),
		...Object.entries(PLACES).map(([key, [name]]) =>
			keyRow(`g ${key}`, name)),
		keyRow("?", "These keys"), close);
	document.body.append(dialog);
	dialog.addEventListener("close", () => dialog.remove());
	dialog.showModal();
}

const KEYS = {
	"/": focusSearch,
	"?": showKeys,
	j: () => stepRow(1),
	k: () => stepRow(-1),
	x: tickRow,
};

document.addEventListener("keydown", event => {
	const place = event.timeStamp - gPressed < G_WAITS_MS
		? PLACES[event.key] : null;

	if (event.ctrlKey || event.metaKey || event.altKey ||
	    isTyping(event.target))
		return;
	gPressed = event.key === "g" ? event.timeStamp : -G_WAITS_MS;
	if (place)
		location.assign(place[1]);
	else
		KEYS[event.key]?.();
	if (place || KEYS[event.key])
		event.preventDefault();
});

/* Menus that lie over the page are left by Escape, or by going elsewhere. */
function closeMenus(except) {
	for (const menu of document.querySelectorAll(
		"details:is(.user, .menu)[open]")) {
		if (menu.contains(except))
			continue;
		if (menu.contains(document.activeElement))
			menu.querySelector("summary").focus();
		menu.open = false;
	}
}

document.addEventListener("keydown", event => {
	if (event.key === "Escape")
		closeMenus(null);
});

document.addEventListener("click", event => {
	const link = event.target.closest("a[data-dialog]");

	closeMenus(event.target);
	if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
		event.preventDefault();
		openDialog(link).catch(() => location.assign(link.href));
	}
});

/* What was typed is not lost by a slip. */
function guardForm(form) {
	let dirty = false;

	form.addEventListener("input", () => { dirty = true; });
	form.addEventListener("submit", () => { dirty = false; });
	addEventListener("beforeunload", event => {
		if (dirty)
			event.preventDefault();
	});
}

/* Another job has other parameters: its fields take the place of those that are
 * shown; what was typed stays where both have it. */
async function showParameters(form) {
	const body = new URLSearchParams(new FormData(form));
	let answer;

	body.set("show-parameters", "1");
	answer = await fetch(form.action, { method: "POST", body });
	if (!answer.ok || answer.redirected)
		throw new Error(`${form.action}: ${answer.status}`);
	const page = new DOMParser().parseFromString(
		await answer.text(), "text/html");

	document.getElementById("parameters-fields").replaceWith(
		document.adoptNode(page.getElementById("parameters-fields")));
	document.getElementById("parameters-of").textContent =
		page.getElementById("parameters-of").textContent;
}

function followJob(fieldset) {
	const form = fieldset.closest("form");

	form.querySelector("select[name=job]").addEventListener("change", () =>
		showParameters(form).catch(() =>
			fieldset.classList.add("by-hand")));
}

/* A file is read into the field that is sent: the same can be pasted there. */
async function readFile({ files, dataset }) {
	if (files[0])
		document.getElementById(dataset.into).value = await files[0].text();
}

/* A page that comes back from the browser's memory may offer what is done. */
addEventListener("pageshow", event => {
	if (event.persisted)
		location.reload();
});

for (const form of document.querySelectorAll("form[data-live]"))
	liveFilter(form);
for (const form of document.querySelectorAll("form[data-dirty]"))
	guardForm(form);
if (document.getElementById("parameters"))
	followJob(document.getElementById("parameters"));
addTickAll();
for (const file of document.querySelectorAll("input[data-into]"))
	file.addEventListener("change", () => readFile(file));
for (const select of document.querySelectorAll("select[data-way]"))
	showControl(select);
for (const log of document.querySelectorAll("[data-live-log]"))
	liveLog(log);
if (document.querySelector("[data-watch]"))
	setTimeout(watchPage, WATCH_MS);
if (navigator.clipboard)
	addCopyButtons();
document.getElementById("problems")?.focus();
