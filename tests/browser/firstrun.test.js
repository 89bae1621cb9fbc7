/*
 * The way in: an empty store's dashboard leads through area, platform,
 * credentials and the first device to its first backup, the host key on the
 * way, the intended configuration and the first dry run, each by the one link
 * that it shows as next; then the guide is gone.  SCRIPT=no: without a script.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Findings, hangsOver } from "./looking.js";
import { assertNoFaults, openBrowser, openPage, portal, shoot, signIn } from
	"./portal.js";

const script = process.env.SCRIPT !== "no";
const look = script ? "script" : "plain";
let browser;

before(async () => { browser = await openBrowser(); });
after(async () => { await browser.close(); });

/* Follows the step that is next, after a look at the guide. */
async function nextStep(page, label) {
	const found = new Findings();

	await page.goto("/");
	if (script)
		await found.look(page);
	found.assertNone();
	assert.ok(!await hangsOver(page));
	assert.equal(await page.locator(".steps .next").count(), 1);
	await shoot(page, `firstrun-${look}-${label.replaceAll(" ", "-")}`);
	await page.click(`.steps .next a:has-text("${label}")`);
}

async function addRecord(page, kind, fields) {
	for (const [name, value] of Object.entries(fields)) {
		const field = page.locator(`#f-${name}`);

		if (await field.evaluate(e => e.tagName) === "SELECT")
			await field.selectOption(value);
		else
			await field.fill(value);
	}
	await page.click(`button:has-text("Add ${kind}")`);
	await page.waitForSelector(".notice:has-text('was created')");
}

async function run(page, state) {
	await page.click("button[type=submit]:has-text('Run')");
	await page.waitForURL(/\/runs\/\d{8}-/);
	await page.waitForSelector(`#live-badge .b-${state}`, { timeout: 60000 });
}

async function takeBackup(page) {
	await nextStep(page, "Take its first backup");
	await run(page, "failed");
	await page.click("a:has-text('Compare and approve it')");
	await page.click("button:has-text('Approve this key for core1')");
	await page.waitForSelector(".notice:has-text('is approved')");
	await nextStep(page, "Take its first backup");
	await run(page, "succeeded");
}

async function intend(page) {
	await nextStep(page, "Say what is intended");
	const text = await page.inputValue("#text");

	assert.match(text, /frr version/);
	await page.fill("#text", text.replace(/^end$/m,
		`ip prefix-list FIRST-${look.toUpperCase()} seq 5 permit any\nend`));
	await page.click("button:has-text('Save')");
	await page.waitForURL("**/devices/core1/config");
}

test(`first steps, ${look}`, { timeout: 240000 }, async () => {
	const page = await openPage(browser, { javaScriptEnabled: script });

	await signIn(page);
	await nextStep(page, "Make an area");
	await addRecord(page, "area", { name: "hq" });
	await nextStep(page, "Make a platform");
	await addRecord(page, "platform", { name: "router", driver: "frr" });
	await nextStep(page, "Name its credentials");
	await addRecord(page, "credentials reference",
		{ provider: "file", name: "router", reference: "router" });
	await nextStep(page, "Add the first device");
	await addRecord(page, "device", { name: "core1", platform: "router",
		area: "hq", credentials: "router",
		primary_ip4: `${portal.lab}.1:2222` });
	await takeBackup(page);
	await intend(page);
	await nextStep(page, "Look at a dry run");
	await run(page, "succeeded");
	assert.match(await page.textContent(".diff .d-add"), /FIRST-/);
	await page.goto("/");
	assert.equal(await page.locator(".steps").count(), 0);
	await shoot(page, `firstrun-${look}-done`);
	assertNoFaults(page);
	await page.context().close();
});
