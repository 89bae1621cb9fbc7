/*
 * Every page: light and dark, desktop and phone, on paper; a screenshot of
 * each, no accessibility violation (axe, WCAG 2.2 AA), valid HTML, nothing on
 * the console (where the policy's reports are, too), nothing that hangs over
 * the edge of a phone or a sheet, nothing that moves once it is painted.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { furnish } from "./furnish.js";
import { Findings, hangsOver, htmlFaults, looks, whatShifts } from
	"./looking.js";
import { patternsWithout } from "./page_list.js";
import { assertNoFaults, openBrowser, openPage, portal, shoot, signIn } from
	"./portal.js";

/* PAGES=<expression>: only the pages whose names match, for a quick look. */
const ONLY = new RegExp(process.env.PAGES ?? "");
let browser, paths;

before(async () => {
	browser = await openBrowser();
	paths = await furnish(browser);
});
after(async () => { await browser.close(); });

/* --- the looking -------------------------------------------------------------- */

test("the list has every page of the program", () =>
	assert.deepEqual(patternsWithout(Object.values(paths)), []));

for (const { name: look, axe = true, rules, media = "screen", ...options } of looks) {
	test(`every page, ${look}`, { timeout: 600000 }, async () => {
		const page = await openPage(browser, options);
		const found = new Findings();

		await page.goto("/login");
		await shoot(page, `${look}-login`);
		if (axe)
			await found.look(page, rules);
		await signIn(page);
		await page.emulateMedia({ media });
		for (const [name, path] of Object.entries(paths)) {
			if (!ONLY.test(name))
				continue;
			const answer = await page.goto(path);

			if (!answer.ok() && !/not-found|gone|wrong/.test(name))
				found.add(`answers ${answer.status()}`, path);
			/* before a picture of all of it makes the window larger */
			const moved = look.startsWith("light-")
				? await whatShifts(page) : "";

			if (moved)
				found.add(`moves after it was painted: ${moved}`, path);
			await shoot(page, `${look}-${name}`);
			if (axe)
				await found.look(page, rules);
			if (await hangsOver(page))
				found.add("hangs over the edge", path);
			/* the same in every look */
			for (const fault of look === looks[0].name
				? await htmlFaults(page) : [])
				found.add(fault, path);
		}
		found.assertNone();
		assertNoFaults(page);
		await page.context().close();
	});
}

/* What one takes to a meeting, or keeps: the same as a file. */
test("sheets of paper", { timeout: 60000 }, async () => {
	const page = await openPage(browser);

	await signIn(page);
	for (const name of ["device", "device-config-diff", "run-pushed", "audit"]) {
		await page.goto(paths[name]);
		await page.pdf({ path: `${portal.shots}/${name}.pdf`, format: "A4" });
	}
	assertNoFaults(page);
	await page.context().close();
});
