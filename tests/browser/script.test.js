/*
 * What the script adds: tables that answer while one types, the live log, the
 * dialog that asks first, copying, keys; and the phone's menu, which needs no
 * script.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoFaults, openBrowser, openPage, portal, signIn } from
	"./portal.js";

let browser;

before(async () => { browser = await openBrowser(); });
after(async () => { await browser.close(); });

async function withPage(options, fn) {
	const page = await openPage(browser, options);

	await signIn(page);
	await fn(page);
	assertNoFaults(page);
	await page.context().close();
}

async function addDevice(page, name) {
	await page.goto("/devices/new");
	await page.fill("#f-name", name);
	await page.selectOption("#f-area", "lab");
	await page.click("button[type=submit]:has-text('Add device')");
	await page.waitForURL(`**/devices/${name}`);
}

test("a table answers while one types and keeps its address", () =>
	withPage({}, async page => {
		await page.goto("/devices");
		await page.click(".filters input[name=q]");
		await page.keyboard.type("r2");
		await page.waitForURL("**/devices?*q=r2*");
		await page.waitForFunction(() =>
			!document.querySelector("#results a[href='/devices/r1']"));
		assert.equal(await page.locator("#results tbody tr").count(), 1);
		assert.equal(await page.evaluate(() =>
			document.activeElement.name), "q");
		await page.reload();
		assert.equal(await page.inputValue(".filters input[name=q]"), "r2");
		await page.selectOption(".filters select[name=status]", "failed");
		await page.waitForSelector("text=No device matches");
	}));

test("the slash key leads to the search, which finds a device", () =>
	withPage({}, async page => {
		await page.goto("/audit");
		await page.keyboard.press("/");
		assert.equal(await page.evaluate(() =>
			document.activeElement.id), "search");
		await page.keyboard.type("r1");
		await page.keyboard.press("Enter");
		await page.waitForURL("**/search?q=r1");
		assert.ok(await page.locator(".hits a[href='/devices/r1']")
			.count());
	}));

test("what destroys asks in a dialog that Escape leaves", () =>
	withPage({}, async page => {
		await addDevice(page, "doomed");
		await page.click("a:has-text('Delete doomed')");
		await page.waitForSelector("dialog[open] >> text=Delete doomed");
		assert.equal(await page.evaluate(() =>
			document.activeElement.textContent), "Keep it");
		await page.keyboard.press("Escape");
		await page.waitForSelector("dialog", { state: "detached" });
		assert.match(page.url(), /\/devices\/doomed$/);
		await page.click("a:has-text('Delete doomed')");
		await page.click("dialog[open] button:has-text('Delete doomed')");
		await page.waitForURL("**/devices");
		assert.match(await page.textContent(".notice"), /doomed was deleted/);
	}));

test("what one types is guarded until it is sent", () =>
	withPage({}, async page => {
		let asked = 0;

		page.on("dialog", dialog => { asked++; dialog.accept(); });
		await page.goto("/devices/r1/edit");
		await page.fill("#f-description", "half a thought");
		await page.goto("/devices");
		assert.equal(asked, 1);
	}));

test("the log of a run comes by itself and the page does not reload", () =>
	withPage({}, async page => {
		await page.goto("/jobs/backup/run?device=r1");
		await page.click("button[type=submit]:has-text('Run')");
		await page.waitForURL(/\/runs\/\d{8}-/);
		await page.evaluate(() => { window.here = true; });
		await page.waitForSelector("#live-badge .b-succeeded",
			{ timeout: 60000 });
		await page.waitForSelector("#log tbody tr");
		assert.equal(await page.evaluate(() => window.here), true);
		assert.doesNotMatch(await page.textContent("#live-finished"),
			/not yet/);
	}));

test("an address is copied with one click", () =>
	withPage({ permissions: ["clipboard-read", "clipboard-write"] },
		async page => {
			await page.goto("/devices/r1");
			const address = page.locator(".readings .copyable");

			await address.hover();
			await address.locator("button").click();
			assert.equal(await page.evaluate(() =>
				navigator.clipboard.readText()), `${portal.lab}.1:2222`);
			await page.goto("/devices?q=r2");
			await page.hover("tbody th .copyable");
			await page.click("tbody th .copy-button");
			assert.equal(await page.evaluate(() =>
				navigator.clipboard.readText()), "r2");
		}));

test("Escape leaves a menu, and so does a click elsewhere", () =>
	withPage({}, async page => {
		await page.goto("/devices");
		await page.click("summary:has-text('Columns')");
		await page.focus(".menu-body .button");
		await page.keyboard.press("Escape");
		assert.equal(await page.locator("details[open]").count(), 0);
		assert.equal(await page.evaluate(() =>
			document.activeElement.textContent), "Columns");
		await page.click("summary:has-text('Columns')");
		await page.click("h1");
		assert.equal(await page.locator("details[open]").count(), 0);
	}));

for (const javaScriptEnabled of [true, false]) {
	test(`a phone's menu opens ${javaScriptEnabled ? "with" : "without"} a script`,
		() => withPage({ javaScriptEnabled,
			viewport: { width: 390, height: 844 } }, async page => {
			await page.goto("/devices");
			assert.ok(!await page.isVisible("#rail"));
			await page.click(".menu-button");
			assert.ok(await page.isVisible("#rail"));
			await page.click("#rail >> text=Runs");
			await page.waitForURL("**/runs");
			assert.ok(!await page.isVisible("#rail"));
		}));
}

for (const javaScriptEnabled of [true, false]) {
	test(`a schedule asks what its job asks, ${javaScriptEnabled ? "with" : "without"} a script`,
		() => withPage({ javaScriptEnabled }, async page => {
			const name = `north-${javaScriptEnabled ? "script" : "plain"}`;
			const show = page.locator("button[name=show-parameters]");

			await page.goto("/schedules/new?job=compare");
			await page.fill("#f-name", name);
			await page.fill("#f-cron", "*/5 * * * *");
			await page.selectOption("[name='parameters.area']", "lab");
			await page.selectOption("#f-job", "backup");
			if (javaScriptEnabled)
				assert.ok(!await show.isVisible());
			else
				await show.click();
			await page.waitForSelector("[name='parameters.retries']");
			assert.equal(await page.inputValue("#f-name"), name);
			assert.equal(await page.inputValue("[name='parameters.area']"),
				"lab");
			await page.fill("[name='parameters.devices']", "r1, nobody");
			/* Enter saves */
			await page.press("#f-name", "Enter");
			await page.waitForSelector(
				".field-error:has-text('\"nobody\" does not exist')");
			assert.equal(await page.inputValue("[name='parameters.devices']"),
				"r1, nobody");
			await page.fill("[name='parameters.devices']", "r1");
			await page.click(`button:has-text('Add schedule')`);
			await page.waitForURL(`**/schedules/${name}`);
			assert.match(await page.textContent("main"),
				/Area: lab, Devices: r1/);
			await page.goto(`/schedules/${name}/delete`);
			await page.click(`button:has-text('Delete ${name}')`);
		}));
}

test("signing out ends the session", () =>
	withPage({}, async page => {
		await page.click("details.user summary");
		await page.click("text=Sign out");
		await page.waitForURL("**/login");
		await page.goto("/devices");
		await page.waitForURL("**/login?next=*");
	}));

test("keys lead to places and along rows", () =>
	withPage({}, async page => {
		await page.goto("/");
		await page.keyboard.press("g");
		await page.keyboard.press("d");
		await page.waitForURL("**/devices");
		await page.keyboard.press("j");
		await page.keyboard.press("j");
		await page.keyboard.press("k");
		const first = await page.textContent("tbody tr:first-child .row-link");

		assert.equal(await page.evaluate(() =>
			document.activeElement.textContent), first);
		await page.keyboard.press("x");
		assert.ok(await page.isChecked("tbody tr:first-child .tick input"));
		await page.keyboard.press("?");
		await page.waitForSelector("dialog.keys[open]");
		assert.match(await page.textContent("dialog.keys"), /g d\s*Devices/);
		await page.keyboard.press("Escape");
		await page.waitForSelector("dialog.keys", { state: "detached" });
		/* in a field they are letters */
		await page.fill(".filters input[name=q]", "");
		await page.click(".filters input[name=q]");
		await page.keyboard.type("gd?");
		assert.equal(await page.inputValue(".filters input[name=q]"), "gd?");
	}));
