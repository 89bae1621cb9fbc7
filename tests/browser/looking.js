/*
 * Looking at pages: accessibility (axe, WCAG 2.2 AA), what hangs over the edge
 * of a phone, and the ways in which each is looked at.
 */
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
	"best-practice"];

/* What is wrong with an element, and on which pages; once for each. */
export class Findings {
	#pages = new Map();

	add(what, path) {
		if (!this.#pages.has(what))
			this.#pages.set(what, []);
		this.#pages.get(what).push(path);
	}

	/* By all rules, or by those that depend on how a page is shown. */
	async look(page, rules = null) {
		const axe = new AxeBuilder({ page });
		const { violations } = await (rules ? axe.withRules(rules)
			: axe.withTags(RULES)).analyze();

		for (const { id, help, nodes } of violations) {
			for (const node of nodes.slice(0, 3))
				this.add(`${id}: ${help}\n    ${node.html.slice(0, 200)}\n` +
				    `    ${node.failureSummary}`,
				    new URL(page.url()).pathname);
		}
	}

	assertNone() {
		const all = [...this.#pages].map(([what, at]) =>
			`${what}\n    on ${at.slice(0, 4).join(" ")}, ${at.length} in all`);

		if (all.length > 0)
			assert.fail(all.join("\n"));
	}
}

/* --- valid HTML ---------------------------------------------------------------- */

const VOID = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input",
	"link", "meta", "source", "track", "wbr"]);
const TAG = /<!--.*?-->|<(\/?)([a-zA-Z][\w-]*)((?:[^"'>]|"[^"]*"|'[^']*')*?)(\/?)>/gs;

/* What no element of the first kind may hold, or stand outside of. */
const MISPLACED = [
	":is(span, b, i, label, button, h1, h2, h3, code, time, p, dt) :is(div, p, " +
		"table, ul, ol, dl, section, form, fieldset, details, pre, nav)",
	"a a, a button, button a, button button, label label, form form",
	"li:not(:is(ul, ol) > li)",
	":is(dt, dd):not(:is(dl, dl > div) > *)",
	"ul > :not(li), ol > :not(li), dl > :not(dt, dd, div)",
	"legend:not(fieldset > legend:first-child)",
	"summary:not(details > summary:first-child)",
	"caption:not(table > caption:first-child)",
	"img:not([alt]), [id=''], a[href=''], label[for='']",
];

/* Tags that do not close in order, and all start tags of the source. */
function readTags(source) {
	const open = [], started = [], faults = [];

	for (const [text, close, name, , selfClosing] of source.matchAll(TAG)) {
		if (!name)
			continue;
		if (close) {
			const last = open.pop();

			if (last !== name)
				faults.push(`${text} closes <${last}>`);
			continue;
		}
		started.push(name);
		if (!VOID.has(name) && !selfClosing)
			open.push(name);
	}
	if (open.length > 0)
		faults.push(`not closed: ${open}`);
	return { started, faults };
}

/* A page is valid here if its tags close in order, a parser makes of them just
 * the elements that are written, in their order (it moves, drops or adds those
 * that are misplaced), ids are unique, and what refers to one finds it. */
export async function htmlFaults(page) {
	const { source, made, faults } = await page.evaluate(async misplaced => {
		const source = await (await fetch(location.href)).text();
		const doc = new DOMParser().parseFromString(source, "text/html");
		const ids = [...doc.querySelectorAll("[id]")].map(e => e.id);
		const faults = ids.filter((id, i) => ids.indexOf(id) !== i)
			.map(id => `id ${id} twice`);

		for (const rule of misplaced) {
			for (const e of doc.querySelectorAll(rule))
				faults.push(`misplaced: ${e.outerHTML.slice(0, 120)}`);
		}
		for (const name of ["for", "form", "aria-labelledby",
			"aria-describedby", "popovertarget"]) {
			for (const e of doc.querySelectorAll(`[${name}]`)) {
				for (const id of e.getAttribute(name).trim().split(/\s+/)) {
					if (!ids.includes(id))
						faults.push(`${name}=${id} leads nowhere`);
				}
			}
		}
		return { source, faults,
			made: [...doc.querySelectorAll("*")].map(e => e.localName) };
	}, MISPLACED);
	const { started, faults: unclosed } = readTags(source);
	const at = started.findIndex((name, i) => name !== made[i]);

	if (at >= 0 || started.length !== made.length)
		faults.push(`element ${at} is read as ${made.slice(at - 3, at + 3)}, ` +
			`written as ${started.slice(at - 3, at + 3)}`);
	return [...unclosed, ...faults];
}

export async function hangsOver(page) {
	return page.evaluate(() => document.documentElement.scrollWidth >
		document.documentElement.clientWidth);
}

/* What moved after it was first painted, if anything did. */
export async function whatShifts(page) {
	return page.evaluate(() => new Promise(resolve => {
		const moved = new Set();

		new PerformanceObserver(list => {
			for (const { node } of list.getEntries()
				.flatMap(entry => entry.sources))
				moved.add(node?.id || node?.className ||
					node?.localName);
		}).observe({ type: "layout-shift", buffered: true });
		requestAnimationFrame(() => setTimeout(() =>
			resolve([...moved].join(", "))));
	}));
}

/* What is wrong in one look of a page only: the rest is judged once for a
 * desktop and once for a phone, which fold pages differently. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

export const looks = [
	{ name: "light-desktop", colorScheme: "light" },
	{ name: "dark-desktop", colorScheme: "dark", rules: OF_COLOURS },
	{ name: "light-phone", colorScheme: "light",
		viewport: { width: 390, height: 844 } },
	{ name: "dark-phone", colorScheme: "dark",
		rules: [...OF_COLOURS, "target-size"], viewport: { width: 390, height: 844 } },
	/* A4 within its margins.  Paper has no focus and no targets. */
	{ name: "print", media: "print", axe: false, colorScheme: "dark",
		viewport: { width: 718, height: 1000 } },
];
