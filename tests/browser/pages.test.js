/*
 * Every page: light and dark, desktop and phone; a screenshot of each, no
 * accessibility violation (axe, WCAG 2.2 AA), valid HTML, nothing on the
 * console, nothing that hangs over the edge of a phone.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Findings, hangsOver, htmlFaults, looks } from "./looking.js";
import { assertNoFaults, openBrowser, openPage, portal, shoot, signIn } from
	"./portal.js";

/* PAGES=<expression>: only the pages whose names match, for a quick look. */
const ONLY = new RegExp(process.env.PAGES ?? "");
let browser, paths;

before(async () => {
	browser = await openBrowser();
	paths = await furnish();
});
after(async () => { await browser.close(); });

/* --- something to look at ---------------------------------------------------- */

async function createToken(page) {
	await page.goto("/settings/tokens");
	await page.fill("#f-name", "browser-tests");
	await page.selectOption("#f-role", "admin");
	await page.click("button:has-text('Create token')");
	const token = (await page.locator("code.token").textContent()).trim();

	assert.match(token, /^sy_browser-tests_[\w-]{43}$/);
	await shoot(page, "token-shown-once");
	return token;
}

async function api(token, method, path, body) {
	const answer = await fetch(portal.url + path, { method, headers: {
		Authorization: `Bearer ${token}`,
		"Content-Type": typeof body === "string" ? "text/plain"
			: "application/json",
	}, body: typeof body === "string" ? body : JSON.stringify(body) });
	const text = await answer.text();

	assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
	return text ? JSON.parse(text) : null;
}

async function runToEnd(token, parameters, job = "provision") {
	let run = await api(token, "POST", `/api/v1/jobs/${job}/runs`,
		{ parameters });

	while (["queued", "claimed", "running"].includes(run.state)) {
		await new Promise(resolve => setTimeout(resolve, 200));
		run = await api(token, "GET", `/api/v1/runs/${run.id}`);
	}
	return run;
}

async function furnish() {
	const page = await openPage(browser);

	await signIn(page);
	const token = await createToken(page);
	const states = ["inventory", "planned", "staged", "active", "failed",
		"decommissioning"];

	await api(token, "POST", "/api/v1/areas", { name: "north", parent: "lab",
		description: "The northern half" });
	for (let i = 1; i <= 60; i++)
		await api(token, "POST", "/api/v1/devices", { name: `sw${i}`,
			status: states[i % 6], platform: "frr", area: "north",
			role: "access-switch", primary_ip4: `192.0.2.${i}`,
			tags: i % 2 ? ["even floor"] : [], serial: `FX${1000 + i}` });
	const intended = "interface lo\n description pages\nexit\n!\n" +
		"ip prefix-list PAGES seq 5 permit 192.0.2.0/24 le 32\n!\n" +
		"route-map OUT permit 10\n match ip address prefix-list PAGES\nexit\n!\n";

	await api(token, "PUT", "/api/v1/devices/r1/intended", intended);
	await runToEnd(token, { device: "r1", dry_run: true });
	const pushed = await runToEnd(token, { device: "r1", dry_run: false });

	await api(token, "PUT", "/api/v1/devices/r1/intended",
		intended.replace("seq 5 permit 192.0.2.0/24", "seq 5 permit 198.51.100.0/24"));
	await api(token, "PUT", "/api/v1/devices/r2/intended",
		"ip prefix-list WRONG seq five\n");
	const failed = await runToEnd(token, { device: "r2", dry_run: false });

	for (let i = 0; i < 3; i++)
		await runToEnd(token, { devices: ["r1", "r2", "sw1"],
			timeout: 1 }, "reachability");
	assert.equal(pushed.state, "succeeded", pushed.result);
	assert.notEqual(failed.state, "succeeded");
	await page.goto("/devices/r1/history?of=backup");
	const commit = (await page.getAttribute("tbody a.row-link", "href"))
		.split("/").pop();

	await page.context().close();
	return pageList(pushed.id, failed.id, commit);
}

function pageList(pushed, failed, commit) {
	return {
		dashboard: "/",
		reachability: "/reachability",
		"reachability-up": "/reachability?verdict=up",
		devices: "/devices",
		"devices-filtered": "/devices?q=sw&status=active&sort=-name",
		"devices-none": "/devices?q=nothing-like-it",
		"device-new": "/devices/new",
		device: "/devices/r1",
		"device-failed": "/devices/sw4",
		"device-planned": "/devices/sw1",
		"device-edit": "/devices/r1/edit",
		"device-delete": "/devices/sw1/delete",
		"device-config": "/devices/r1/config",
		"device-config-intended": "/devices/r1/config?view=intended",
		"device-config-none": "/devices/sw2/config",
		"device-intended": "/devices/r1/intended",
		"device-history": "/devices/r1/history",
		"device-commit": `/devices/r1/history/${commit}`,
		"device-history-backup": "/devices/r1/history?of=backup",
		"device-version": `/devices/r1/history/${commit}/backup`,
		"device-compare": `/devices/r1/compare?a=${commit}`,
		"device-blame": "/devices/r1/blame/backup",
		"device-blame-inventory": "/devices/r1/blame/inventory",
		"device-runs": "/devices/r1/runs",
		"device-runs-none": "/devices/sw3/runs",
		search: "/search?q=description",
		"search-regex": "/search?q=%5E+*(ip|route).*&mode=regex&in=backup",
		"search-none": "/search?q=nothing-like-it",
		"search-wrong": "/search?q=%5B&mode=regex",
		"search-empty": "/search",
		areas: "/areas",
		"area-new": "/areas/new",
		area: "/areas/north",
		"area-delete-refused": "/areas/north/delete",
		vlans: "/vlans",
		"vlan-edit": "/vlans/lab/10/edit",
		roles: "/roles",
		platforms: "/platforms",
		"platform-edit": "/platforms/frr/edit",
		templates: "/templates",
		template: "/templates/frr/bgp.j2?device=r1",
		"template-edit": "/templates/edit?name=frr/bgp.j2",
		"template-new": "/templates/edit",
		context: "/context",
		"context-file": "/context/global.json",
		"context-edit": "/context/edit?name=device/r1.json",
		"device-config-rendered": "/devices/r1/config?view=rendered",
		"job-generate": "/jobs/generate-intended/run?device=r1",
		secrets: "/secrets",
		secret: "/secrets/lab",
		buttons: "/buttons",
		"button-edit": "/buttons/provision/edit",
		import: "/import",
		channels: "/channels",
		"channel-new": "/channels/new",
		hooks: "/hooks",
		"hook-edit": "/hooks/default/edit",
		schedules: "/schedules",
		schedule: "/schedules/intended-check",
		"schedule-edit": "/schedules/intended-check/edit",
		jobs: "/jobs",
		job: "/jobs/backup",
		"job-run": "/jobs/provision/run?device=r1",
		"job-run-refused": "/jobs/provision/run?device=sw4",
		runs: "/runs",
		"runs-none": "/runs?device=nobody",
		run: `/runs/${pushed}`,
		"run-failed": `/runs/${failed}`,
		audit: "/audit",
		"audit-filtered": "/audit?device=r1&only=runs",
		"audit-none": "/audit?person=nobody&since=2020-01-01",
		commit: `/commits/${commit}`,
		help: "/help",
		"help-document": "/help/runs",
		"help-reference": "/help/reference",
		settings: "/settings",
		users: "/settings/users",
		user: "/settings/users/admin",
		tokens: "/settings/tokens",
		"not-found": "/devices/nobody",
	};
}

/* --- the looking -------------------------------------------------------------- */

for (const { name: look, axe = true, ...options } of looks) {
	test(`every page, ${look}`, { timeout: 400000 }, async () => {
		const page = await openPage(browser, options);
		const found = new Findings();

		await page.goto("/login");
		await shoot(page, `${look}-login`);
		await found.look(page);
		await signIn(page);
		for (const [name, path] of Object.entries(paths)) {
			if (!ONLY.test(name))
				continue;
			await page.goto(path);
			await shoot(page, `${look}-${name}`);
			if (axe)
				await found.look(page);
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
