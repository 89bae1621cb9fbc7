/*
 * Servers, with and without a script: name an Ironic and an image, provision a
 * server from the form and follow it, one from its own page, what fails, power,
 * maintenance and undeploy with their confirmations; then every page in light
 * and dark, on a desktop and a phone.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Findings, hangsOver, looks } from "./looking.js";
import { assertNoFaults, openBrowser, openPage, portal, shoot, signIn } from
	"./portal.js";

let browser;

const paths = {
	servers: "/servers",
	"servers-filtered": "/servers?state=available&class=compute",
	"servers-none": "/servers?class=nothing-like-it",
	"servers-not-found": "/servers?q=nothing-like-it",
	server: "/servers/rack1-u07",
	"server-available": "/servers/rack1-u13",
	"server-active": "",
	"server-failed": "/servers/agent",
	"server-maintenance": "/servers/rack1-u05",
	"server-deprovision": "/servers/agent/deprovision",
	"server-power": "/servers/rack1-u07/power-on",
	"server-provision": "/servers/provision?server_id=rack1-u07",
	images: "/images",
	image: "/images/debian-test",
	"image-new": "/images/new",
	ironic: "/settings/ironic",
	"server-unknown": "/servers/nothing-like-it",
};

before(async () => { browser = await openBrowser(); });
after(async () => { await browser.close(); });

async function api(method, path, body) {
	const answer = await fetch(portal.url + path, { method, headers: {
		Authorization: `Bearer ${process.env.TOKEN}`,
		"Content-Type": "application/json" },
	body: body && JSON.stringify(body) });
	const text = await answer.text();

	assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
	return JSON.parse(text);
}

/* The badge in the heading says what state the server is in. */
async function stateIs(page, state) {
	await page.locator("#server-badge", { hasText: state })
		.waitFor({ timeout: 30000 });
}

/* Whatever asks before it acts: a page, or the same in a dialog. */
async function confirm(page, verb) {
	const ask = page.locator("dialog[open], main").last()
		.locator(`form button[type=submit]:has-text("${verb}:")`);

	await ask.waitFor();
	await ask.click();
}

async function nameIronic(page) {
	await page.goto("/servers");
	assert.match(await page.textContent("main"), /knows of no Ironic/);
	await page.click("text=Name one");
	await page.fill("#f-url", "not a url");
	await page.click("button:has-text('Save')");
	assert.match(await page.textContent("main"), /http/);
	await page.fill("#f-url", process.env.IRONIC_URL);
	await page.click("button:has-text('Save')");
	await page.click("text=Show its servers");
	await page.waitForSelector("table.servers tbody tr");
}

async function makeImages() {
	for (const [name, url] of [["debian-test", "http://images.test/d.img"],
		["gone", "http://127.0.0.1:1/gone.img"]])
		await api("PUT", `/api/v1/images/${name}`,
			{ url, checksum: "0".repeat(32),
				description: "For the tests" });
}

/* One click on the server's page, the form, the confirmation, the end. */
async function provisionFromItsPage(page, name) {
	await page.goto("/servers");
	await page.click(`table.servers >> text=${name}`);
	await stateIs(page, "available");
	await page.click("a.primary:has-text('Provision server')");
	assert.equal(await page.inputValue("#f-server_id"), name);
	await page.click("button:has-text('Continue')");
	assert.match(await page.textContent("main"), /Image/);
	await page.fill("#f-image_id", "debian-test");
	await page.click("button:has-text('Continue')");
	assert.match(await page.textContent("main"),
		new RegExp(`Provision ${name}.*with debian-test.*lost`, "s"));
	await shoot(page, "server-confirmation");
	await page.click(`button:has-text("Provision ${name}")`);
	await page.waitForURL(/\/servers\/[0-9a-f-]{36}|\/servers\//);
}

async function act(page, verb, state) {
	await page.click(`#server-actions a:has-text("${verb}")`);
	await confirm(page, verb);
	if (state)
		await stateIs(page, state);
}

for (const javaScriptEnabled of [true, false]) {
	const how = javaScriptEnabled ? "with a script" : "without a script";
	const name = javaScriptEnabled ? "rack1-u01" : "rack1-u03";

	test(`a server's life, ${how}`, { timeout: 120000 }, async () => {
		const page = await openPage(browser, { javaScriptEnabled });

		await signIn(page);
		if (javaScriptEnabled) {
			await nameIronic(page);
			await makeImages();
		}
		await provisionFromItsPage(page, name);
		/* it is followed without anybody's doing */
		await stateIs(page, "active");
		assert.match(await page.textContent("#server-image"),
			/debian-test/);
		await act(page, "Power on");
		await page.locator("#server-power", { hasText: "on" }).waitFor();
		await act(page, "Deprovision", "available");
		assertNoFaults(page);
		await page.context().close();
	});
}

test("any server of a class, and what cannot be", { timeout: 60000 },
	async () => {
		const page = await openPage(browser);

		await signIn(page);
		await page.goto("/servers/provision");
		await page.fill("#f-image_id", "debian-test");
		await page.fill("#f-resource_class", "nothing-like-it");
		await page.click("button:has-text('Continue')");
		await page.click("button:has-text('Provision any')");
		assert.match(await page.textContent("main"),
			/No available servers matching criteria/);
		await page.goto("/servers/provision");
		await page.fill("#f-image_id", "debian-test");
		await page.fill("#f-resource_class", "storage");
		await page.click("button:has-text('Continue')");
		await page.click("button:has-text('Provision any')");
		await stateIs(page, "active");
		assert.match(await page.textContent("dl.facts"), /storage/);
		paths["server-active"] = new URL(page.url()).pathname;
		assertNoFaults(page);
		await page.context().close();
	});

test("a failure tells Ironic's reason, and can be tried again",
	{ timeout: 60000 }, async () => {
		const page = await openPage(browser);

		await signIn(page);
		await api("POST", "/provision",
			{ server_id: "agent", image_id: "gone" });
		await page.goto("/servers/agent");
		await stateIs(page, "deploy failed");
		assert.match(await page.textContent("#server-progress"),
			/127\.0\.0\.1:1/);
		await act(page, "Retry");
		await page.goto("/servers/agent");
		await stateIs(page, "deploy failed");
		assertNoFaults(page);
		await page.context().close();
	});

test("maintenance has a reason", { timeout: 60000 }, async () => {
	const page = await openPage(browser);

	await signIn(page);
	await page.goto("/servers/rack1-u05");
	await page.click("#server-actions a:has-text('maintenance')");
	await page.locator("dialog[open] #f-reason, main #f-reason").last()
		.fill("a new disk");
	await page.locator("dialog[open] form button[type=submit], " +
		"main form button[type=submit]").last().click();
	await page.waitForSelector("text=In maintenance: a new disk");
	await page.goto("/servers?maintenance=yes");
	assert.equal(await page.locator("table.servers tbody tr").count(), 1);
	await page.goto("/servers?q=rack1-u07");
	assert.equal(await page.locator("table.servers tbody tr").count(), 1);
	await page.click("table.servers >> text=rack1-u07");
	await page.waitForURL(/\/servers\/rack1-u07/);
	assertNoFaults(page);
	await page.context().close();
});

/* --- the table ------------------------------------------------------------------- */

async function names(page) {
	return page.locator("table.servers tbody th").allInnerTexts();
}

/* Ticks what the table shows, or takes all, and asks. */
async function askMany(page, all, action, fields = {}) {
	await page.selectOption(".bulk select[name=scope]",
		all ? "all" : "ticked");
	await page.selectOption(".bulk select[name=action]", action);
	await page.click(".bulk button:has-text('Continue')");
	for (const [id, value] of Object.entries(fields))
		await page.fill(id, value);
	await shoot(page, `server-bulk-${action}`);
	await page.click("main form button[type=submit]");
	await page.waitForSelector("text=Ironic has accepted it");
}

for (const javaScriptEnabled of [true, false]) {
	const how = javaScriptEnabled ? "with a script" : "without a script";

	test(`many servers, ${how}`, { timeout: 120000 }, async () => {
		const page = await openPage(browser, { javaScriptEnabled });

		await signIn(page);
		await page.goto("/servers?class=storage&sort=-name");
		const found = await names(page);

		assert.equal(found.length, 7);
		assert.deepEqual(found, [...found].sort().reverse());
		await page.click("summary:has-text('Columns')");
		await page.check(".menu-body input[value=driver]");
		await page.uncheck(".menu-body input[value=image]");
		await page.click("button:has-text('Show these')");
		await page.waitForURL("**col=driver**");
		await page.waitForSelector("td:has-text('fake-hardware')");
		await page.check(".rows tbody tr:nth-child(1) .tick input");
		await page.check(".rows tbody tr:nth-child(2) .tick input");
		await askMany(page, false, javaScriptEnabled ? "power-on"
			: "power-off");
		assert.match(await page.textContent("main"), /2 of 2 servers/);
		await page.click("tbody a.mono >> nth=0");
		await page.waitForURL("**/runs/*");
		assert.match(await page.textContent("main"), /bulk/);
		await page.goto("/servers?class=storage");
		await askMany(page, true, "maintenance-on",
			{ "#f-reason": "all of them" });
		assert.match(await page.textContent("main"), /7 of 7 servers/);
		await page.goto("/servers?maintenance=yes&class=storage");
		assert.equal((await names(page)).length, 7);
		/* what is not possible is said before, and refused */
		await page.selectOption(".bulk select[name=scope]", "all");
		await page.selectOption(".bulk select[name=action]", "provision");
		await page.click(".bulk button:has-text('Continue')");
		await page.waitForSelector(".notice:has-text('will refuse it')");
		await page.goto("/servers?maintenance=yes&class=storage");
		await askMany(page, true, "maintenance-off");
		await page.goto("/servers?maintenance=yes&class=storage");
		assert.match(await page.textContent("main"), /No server matches/);
		assertNoFaults(page);
		await page.context().close();
	});
}

test("servers are provisioned together, and kept as a view and a file",
	{ timeout: 60000 }, async () => {
		const page = await openPage(browser);

		await signIn(page);
		await page.goto("/servers?q=rack1-u1&class=compute");
		await page.click("summary:has-text('Save view')");
		await page.fill(".menu-body input[name=label]", "Our compute");
		await page.click("button:has-text('Save')");
		await page.waitForSelector(".views [aria-current]");
		const [file] = await Promise.all([page.waitForEvent("download"),
			page.click(".files a:has-text('CSV')")]);

		assert.equal(file.suggestedFilename(), "servers.csv");
		await page.check(".rows tbody tr:nth-child(1) .tick input");
		await askMany(page, false, "provision",
			{ "#f-image_id": "debian-test" });
		assert.match(await page.textContent("main"), /1 of 1 server\b/);
		await page.goto("/servers?q=rack1-u11");
		assert.match(await page.textContent("table.servers"),
			/deploying|active|wait call-back|debian-test/);
		await page.goto("/servers/rack1-u11");
		await stateIs(page, "active");
		await act(page, "Deprovision", "available");
		assertNoFaults(page);
		await page.context().close();
	});

/* --- every page ----------------------------------------------------------------- */

for (const { name: look, axe = true, rules, media = "screen", ...options } of
	looks) {
	test(`every page of servers, ${look}`, { timeout: 120000 }, async () => {
		const page = await openPage(browser, options);
		const found = new Findings();

		await signIn(page);
		await page.emulateMedia({ media });
		for (const [name, path] of Object.entries(paths)) {
			await page.goto(path);
			await shoot(page, `${look}-${name}`);
			if (axe)
				await found.look(page, rules);
			if (await hangsOver(page))
				found.add("hangs over the edge", path);
		}
		found.assertNone();
		assertNoFaults(page);
		await page.context().close();
	});
}
