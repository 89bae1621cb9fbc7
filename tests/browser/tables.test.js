/*
 * Tables: columns, files, many rows at once, saved views; with and without a
 * script, on a desktop and on a phone.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { assertNoFaults, openBrowser, openPage, portal, shoot, signIn } from
	"./portal.js";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
	"best-practice"];
const looks = [
	{ name: "script", options: {} },
	{ name: "plain", options: { javaScriptEnabled: false } },
	{ name: "dark-phone", options: { colorScheme: "dark",
		viewport: { width: 390, height: 844 } } },
];
let browser;

before(async () => { browser = await openBrowser(); });
after(async () => { await browser.close(); });

async function assertAccessible(page) {
	const { violations } = await new AxeBuilder({ page }).withTags(RULES)
		.analyze();

	assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes[0].html}`), []);
	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <=
		document.documentElement.clientWidth), `${page.url()} hangs over`);
}

async function addDevice(page, name) {
	await page.goto("/devices/new");
	await page.fill("#f-name", name);
	await page.selectOption("#f-area", "lab");
	await page.fill("#f-tags", name.replace(/\d+$/, ""));
	await page.click("button[type=submit]:has-text('Add device')");
	await page.waitForURL(`**/devices/${name}`);
}

async function chooseColumns(page, tag, look, axe) {
	await page.goto(`/devices?tags=${tag}`);
	await page.click("summary:has-text('Columns')");
	await page.check(".menu-body input[value=serial]");
	await page.uncheck(".menu-body input[value=role]");
	if (axe)
		await assertAccessible(page);
	await shoot(page, `tables-${look}-columns`);
	await page.click("button:has-text('Show these')");
	await page.waitForURL("**/devices?*col=serial*");
	const heads = await page.locator("thead th").allTextContents();

	assert.ok(heads.some(h => h.includes("Serial number")), heads.join());
	assert.ok(!heads.some(h => h.includes("Role")), heads.join());
	assert.equal(await page.locator("tbody tr").count(), 3);
}

async function saveView(page, label) {
	await page.click("summary:has-text('Save view')");
	await page.fill(".menu-body input[name=label]", label);
	await page.click("button:has-text('Save')");
	await page.waitForSelector(".notice:has-text('was saved')");
	assert.equal(await page.textContent(".views [aria-current]"), label);
}

async function changeTicked(page, look, axe) {
	await page.check(".rows tbody tr:nth-child(1) .tick input");
	await page.check(".rows tbody tr:nth-child(3) .tick input");
	await shoot(page, `tables-${look}-ticked`);
	await page.click("button:has-text('Change…')");
	await page.waitForSelector("h1:has-text('Change 2 devices')");
	await page.selectOption("#how-status", "set");
	await page.selectOption("#f-status", "staged");
	await page.selectOption("#how-tags", "add");
	await page.fill("#f-tags", "together");
	if (axe)
		await assertAccessible(page);
	await shoot(page, `tables-${look}-bulk-edit`);
	await page.click("button:has-text('Change 2 devices')");
	await page.waitForSelector(".notice:has-text('2 of 2 devices changed')");
	assert.equal(await page.locator("tbody .b-staged").count(), 2);
}

async function changeAll(page) {
	await page.selectOption(".bulk select[name=scope]", "all");
	await page.click("button:has-text('Change…')");
	await page.waitForSelector("h1:has-text('Change 3 devices')");
	await page.selectOption("#how-role", "set");
	await page.selectOption("#f-role", "");
	await page.click("button:has-text('Change 3 devices')");
	await page.waitForSelector(".field-error");
	await page.selectOption("#f-role", "access-switch");
	await page.click("button:has-text('Change 3 devices')");
	await page.waitForSelector(".notice:has-text('3 of 3 devices changed')");
}

async function readFiles(page) {
	const [file] = await Promise.all([page.waitForEvent("download"),
		page.click(".files a:has-text('CSV')")]);

	assert.equal(file.suggestedFilename(), "devices.csv");
}

/* A run over the store ends well: there is nothing to run again. */
async function lookAtManyRuns(page, look, axe) {
	await page.goto("/jobs/generate-intended/run?device=r1");
	await page.click(".form-actions button[type=submit]");
	await page.waitForURL(/\/runs\/\d{8}-/);
	await page.waitForSelector(".outcome.o-succeeded", { timeout: 30000 });
	await page.goto("/runs?sort=job&job=generate-intended&state=succeeded");
	if (axe)
		await assertAccessible(page);
	await page.check("tbody tr:first-child .tick input");
	await page.selectOption("select[name=action]", "again");
	await page.click("button:has-text('Continue')");
	await page.waitForSelector("text=1 of the 1 chosen is left as it is");
	if (axe)
		await assertAccessible(page);
	await shoot(page, `runs-again-${look}`);
	await page.click("a:has-text('Back')");
	await page.waitForURL("**/runs?sort=job&job=generate-intended&**");
}

for (const { name: look, options } of looks) {
	const axe = options.javaScriptEnabled !== false;

	test(`many devices, ${look}`, { timeout: 120000 }, async () => {
		const page = await openPage(browser, options);
		const tag = `table-${look}-`;

		await signIn(page);
		for (let i = 1; i <= 3; i++)
			await addDevice(page, `${tag}${i}`);
		await chooseColumns(page, tag, look, axe);
		await saveView(page, `Ours ${look}`);
		await changeTicked(page, look, axe);
		await changeAll(page);
		await readFiles(page);
		await lookAtManyRuns(page, look, axe);
		await page.goto("/views");
		await page.click(`th a:has-text('devices-ours-${look}')`);
		await page.click(".actions a:has-text('Show it')");
		await page.waitForSelector(`.views [aria-current]:has-text('Ours ${look}')`);
		assertNoFaults(page);
		await page.context().close();
	});
}

test("a file is imported after a dry run", { timeout: 60000 }, async () => {
	const page = await openPage(browser);

	await signIn(page);
	await page.goto("/devices");
	await page.click(".actions a:has-text('Import')");
	assert.deepEqual(await page.locator("#format option").allTextContents(),
		["csv", "json", "oxidized", "netbox"]);
	await page.fill("#area", "lab");
	await page.selectOption("#status", "planned");
	await page.setInputFiles("input[type=file]", { name: "devices.csv",
		mimeType: "text/csv",
		buffer: Buffer.from("name,tags\nno spaces,from file\n") });
	await page.waitForFunction(() =>
		document.getElementById("text").value.startsWith("name,"));
	await page.click("button:has-text('Dry run')");
	await page.waitForSelector(".n-bad:has-text('1 of 1 row is wrong')");
	await assertAccessible(page);
	await page.fill("#text", "name,tags\nimported1,from file\n");
	await page.click("button:has-text('Dry run')");
	await page.waitForSelector("h2:has-text('What would happen')");
	assert.match(await page.textContent("[aria-labelledby=report]"),
		/1 row: 1 to create/);
	await assertAccessible(page);
	await shoot(page, "import-dry-run");
	await page.click("button:has-text('Import 1 record')");
	await page.waitForSelector(".notice:has-text('1 created')");
	await page.goto("/devices/imported1");
	assert.match(await page.textContent("h1"), /planned/);
	assertNoFaults(page);
	await page.context().close();
});

test("the box in the head ticks the page", { timeout: 60000 }, async () => {
	const page = await openPage(browser);

	await signIn(page);
	await page.goto("/devices");
	const n = await page.locator("tbody .tick input").count();

	await page.check("[data-tick-all] input");
	assert.equal(await page.locator("tbody .tick input:checked").count(), n);
	assert.equal(await page.textContent("[data-ticked]"), `${n} ticked`);
	await page.uncheck("tbody tr:first-child .tick input");
	assert.equal(await page.textContent("[data-ticked]"), `${n - 1} ticked`);
	assertNoFaults(page);
	await page.context().close();
});

/* A backup of r1, and an intended configuration that differs from it. */
async function differ(page) {
	await page.goto("/jobs/backup/run?device=r1");
	await page.click("button[type=submit]:has-text('Run')");
	await page.waitForSelector("#live-badge .b-succeeded", { timeout: 60000 });
	await page.goto("/devices/r1/intended?from=backup");
	const text = await page.inputValue("#text");

	await page.fill("#text", text.replace("hostname r1", "hostname  r1") +
		"interface dummy9\n description one two three\nexit\n!\n");
	await page.click("button:has-text('Save')");
	await page.waitForURL("**/devices/r1/config");
}

test("differences side by side, with all lines, without white space",
	{ timeout: 120000 }, async () => {
	const page = await openPage(browser);

	await signIn(page);
	await differ(page);
	await page.goto("/devices/r1/config?view=diff");
	assert.ok(await page.locator(".diff .d-add").count() > 0);
	await page.click("summary:has-text('Show differently')");
	await assertAccessible(page);
	await shoot(page, "diff-unified");
	await page.click(".diff-look a:has-text('Side by side')");
	await page.waitForSelector(".diff.split");
	await page.click("summary:has-text('Show differently')");
	await page.click(".diff-look a:has-text('All') >> nth=0");
	await page.waitForURL("**context=all**");
	assert.ok(await page.locator(".diff .d-pair").count() > 0);
	assert.equal(await page.locator(".diff .gap").count(), 0);
	await assertAccessible(page);
	await shoot(page, "diff-split");
	await page.goto("/devices/r1/config?view=diff&space=ignore&volatile=hide");
	assert.equal(await page.locator(".diff .d-del").count(), 0);
	await page.waitForSelector("text=white space alone");
	const patch = await page.evaluate(async () =>
		(await fetch("/devices/r1/config?view=diff&patch=1")).text());

	assert.match(patch, /^--- backup\/r1\n\+\+\+ intended\/r1\n@@/);
	await page.emulateMedia({ colorScheme: "dark" });
	await page.goto("/devices/r1/config?view=diff&diff=split");
	await assertAccessible(page);
	await shoot(page, "diff-split-dark");
	await page.emulateMedia({ media: "print" });
	await shoot(page, "diff-split-print");
	await page.emulateMedia({ media: "screen" });
	await page.setViewportSize({ width: 390, height: 844 });
	await shoot(page, "diff-split-phone");
	assertNoFaults(page);
	await page.context().close();
});

test("search finds lines", { timeout: 60000 }, async () => {
	const page = await openPage(browser);

	await signIn(page);
	for (const [name, query] of [["text", "q=hostname"],
		["regex", "q=%5Ehostname+.*&mode=regex"], ["none", "q=nonesuch"],
		["wrong", "q=%5B&mode=regex"]]) {
		await page.goto(`/search?${query}`);
		await assertAccessible(page);
		await shoot(page, `search-${name}`);
	}
	await page.setViewportSize({ width: 390, height: 844 });
	await page.goto("/search?q=hostname");
	await assertAccessible(page);
	await shoot(page, "search-phone");
	await page.context().close();
});
