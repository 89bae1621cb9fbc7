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

	async look(page) {
		const { violations } = await new AxeBuilder({ page })
			.withTags(RULES).analyze();

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

export async function hangsOver(page) {
	return page.evaluate(() => document.documentElement.scrollWidth >
		document.documentElement.clientWidth);
}

export const looks = [
	{ name: "light-desktop", colorScheme: "light" },
	{ name: "dark-desktop", colorScheme: "dark" },
	{ name: "light-phone", colorScheme: "light",
		viewport: { width: 390, height: 844 } },
	/* The same colours and the same layout have been judged by then. */
	{ name: "dark-phone", colorScheme: "dark",
		viewport: { width: 390, height: 844 }, axe: false },
];

