/*
 * The operator's way, with and without a script: create a device, approve its
 * host key, write its intended configuration, look at a dry run, provision,
 * read the difference, find it all in the history.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoFaults, openBrowser, openPage, portal, shoot, signIn } from
	"./portal.js";

let browser;

before(async () => { browser = await openBrowser(); });
after(async () => { await browser.close(); });

async function runEnds(page, state) {
	await page.waitForURL(/\/runs\/\d{8}-/);
	await page.waitForSelector(`#live-badge .b-${state}`, { timeout: 60000 });
}

async function createDevice(page, name, address) {
	await page.goto("/devices");
	await page.click("text=Add device");
	await page.fill("#f-name", "no spaces please");
	await page.selectOption("#f-status", "active");
	await page.selectOption("#f-platform", "frr");
	await page.selectOption("#f-role", "router");
	await page.selectOption("#f-area", "lab");
	await page.selectOption("#f-credentials", "lab");
	await page.fill("#f-primary_ip4", address);
	await page.fill("#f-tags", "browser, test");
	await page.click("button[type=submit]:has-text('Add device')");

	assert.match(await page.textContent("#f-name-error"), /letters, digits/);
	assert.equal(await page.inputValue("#f-primary_ip4"), address);
	assert.equal(await page.inputValue("#f-tags"), "browser, test");

	await page.fill("#f-name", name);
	await page.click("button[type=submit]:has-text('Add device')");
	await page.waitForURL(`**/devices/${name}`);
	assert.match(await page.textContent(".notice"), /was created/);
	assert.match(await page.textContent("h1"), new RegExp(`${name}.*active`, "s"));
}

async function writeIntended(page, name, text) {
	await page.goto(`/devices/${name}/config`);
	await page.click("text=Write the intended configuration");
	await page.fill("#text", text);
	await page.click("button:has-text('Save')");
	await page.waitForURL(`**/devices/${name}/config`);
	await page.click(".segments >> text=Intended");
	assert.ok((await page.textContent(".code")).includes(text.trim().split("\n")[0]));
}

/* The first run meets a key that nobody has approved, and stops there. */
async function approveHostKey(page, name) {
	await page.goto(`/devices/${name}`);
	await page.click("a:has-text('Provision device')");
	assert.ok(await page.isChecked("#f-dry_run"));
	await page.click("button[type=submit]:has-text('Run')");
	await runEnds(page, "failed");
	assert.match(await page.textContent("#live-outcome"), /host key/);
	await page.goto(`/devices/${name}`);
	assert.match(await page.textContent("#hostkey"), /SHA256:/);
	await shoot(page, `flow-${name}-hostkey`);
	await page.click(`button:has-text('Approve this key for ${name}')`);
	await page.waitForURL(`**/devices/${name}`);
	assert.equal(await page.locator("#hostkey").count(), 0);
	assert.match(await page.textContent(".notice"), /is approved/);
}

async function dryRun(page, name, line) {
	await page.goto(`/devices/${name}`);
	await page.click("a:has-text('Provision device')");
	assert.equal(await page.inputValue("#f-device"), name);
	assert.ok(await page.isChecked("#f-dry_run"));
	await page.click(`button:has-text('Dry run on ${name}')`);
	await runEnds(page, "succeeded");
	assert.match(await page.textContent(".diff .d-add"), new RegExp(line));
	assert.match(await page.textContent("#log"), /connected/i);
	assert.match(await page.textContent("main"), /button/);
	await shoot(page, `flow-${name}-dry-run`);
}

async function provision(page, name, line) {
	await page.click(`.actions a:has-text('Provision ${name}')`);
	assert.ok(!await page.isChecked("#f-dry_run"));
	/* what was looked at, and nothing else */
	assert.match(await page.inputValue("#f-diff_hash"), /^[0-9a-f]{16,}$/);
	await page.click(`button:has-text('push to ${name}')`);
	await runEnds(page, "succeeded");
	assert.match(await page.textContent(".diff .d-add"), new RegExp(line));
	await shoot(page, `flow-${name}-provisioned`);
}

async function readHistory(page, name, line) {
	await page.goto(`/devices/${name}`);
	await page.click(".tabs >> text=History");
	const subjects = await page.locator("tbody tr td:first-child")
		.allTextContents();

	assert.ok(subjects.length >= 3, subjects.join("\n"));
	await page.click(".segments >> text=Backup");
	await page.click("tbody tr:first-child a.row-link");
	assert.match(await page.textContent(".diff"), new RegExp(line));
	assert.match(await page.textContent(".facts"), /Run/);
	await shoot(page, `flow-${name}-commit`);
	await page.click("text=This version");
	assert.match(await page.textContent(".code"), new RegExp(line));
	await page.click("text=Who wrote each line");
	assert.match(await page.textContent(".blame"), new RegExp(line));
	assert.ok(await page.locator(".blame .origin a[href^='/runs/']").count() >= 1);
	await page.click("text=All its versions");
	await page.check("tbody tr:last-child input[name=a]");
	await page.click("text=Compare the two chosen");
	assert.match(await page.textContent(".diff .d-add"), new RegExp(line));
	await shoot(page, `flow-${name}-compare`);
	await page.goto(`/devices/${name}/runs`);
	assert.ok(await page.locator("tbody tr").count() >= 3);
	await page.goto(`/audit?device=${name}`);
	assert.ok(await page.locator("tbody tr").count() >= 5);
}

/* Two people edit one device: the second is shown both versions. */
async function staleEdit(page, name) {
	const other = await page.context().newPage();

	await page.goto(`/devices/${name}/edit`);
	await other.goto(`/devices/${name}/edit`);
	await other.fill("#f-serial", "THEIRS");
	await other.click("button:has-text('Save')");
	await other.waitForURL(`**/devices/${name}`);
	await other.close();
	await page.fill("#f-serial", "MINE");
	await page.fill("#f-description", "typed by me");
	await page.click("button:has-text('Save')");
	await page.waitForSelector("text=Someone else saved");
	const both = await page.textContent("main");

	assert.match(both, /THEIRS/);
	assert.match(both, /MINE/);
	assert.equal(await page.inputValue("#f-description"), "typed by me");
	await shoot(page, `flow-${name}-stale`);
	await page.click("button:has-text('Save mine over it')");
	await page.waitForURL(`**/devices/${name}`);
	assert.match(await page.textContent("[aria-labelledby=facts]"), /MINE/);
}

async function renameAndDelete(page, name) {
	await page.goto(`/devices/${name}/edit`);
	await page.fill("#f-name", `${name}-2`);
	await page.click("button:has-text('Save')");
	await page.waitForURL(`**/devices/${name}-2`);
	await page.click(".tabs >> text=History");
	assert.ok(await page.locator("tbody tr").count() >= 4,
		"the history before the renaming");
	await page.goto(`/devices/${name}-2/delete`);
	assert.match(await page.textContent("main"), /Nothing is sent to any device/);
	await page.click(`button:has-text('Delete ${name}-2')`);
	await page.waitForURL("**/devices");
	assert.match(await page.textContent(".notice"), /was deleted/);
}

for (const [script, router] of [[true, 1], [false, 2]]) {
	const name = script ? "edge-js" : "edge-plain";
	const line = `ip prefix-list BROWSER-${router} seq 5 permit 198.51.100.0/24`;

	test(`the operator's way ${script ? "with" : "without"} a script`,
	    { timeout: 240000 }, async () => {
		const page = await openPage(browser, { javaScriptEnabled: script });

		await signIn(page);
		await createDevice(page, name, `${portal.lab}.${router}:2222`);
		await writeIntended(page, name, `${line}\n`);
		await approveHostKey(page, name);
		await dryRun(page, name, line);
		await provision(page, name, line);
		await readHistory(page, name, line);
		await staleEdit(page, name);
		await renameAndDelete(page, name);
		assertNoFaults(page);
		await page.context().close();
	});
}
