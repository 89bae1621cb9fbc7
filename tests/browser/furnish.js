/*
 * Something to look at: a store with sixty devices in two areas, runs of every
 * outcome, drift, a host key that waits, channels, views, people.
 */
import assert from "node:assert/strict";
import { pageList } from "./page_list.js";
import { openPage, portal, shoot, signIn } from "./portal.js";

const STATUSES = ["active", "active", "active", "staged", "planned", "active",
	"failed", "inventory", "active", "decommissioning"];

const INTENDED = `interface lo
 description Loopback of the lab
exit
!
ip prefix-list CUSTOMERS seq 5 permit 192.0.2.0/24 le 32
ip prefix-list CUSTOMERS seq 10 permit 198.51.100.0/24 le 32
!
route-map OUT permit 10
 match ip address prefix-list CUSTOMERS
exit
!
`;

/* --- REST ------------------------------------------------------------------------ */

export class Api {
	constructor(token) {
		this.token = token;
	}

	async send(method, path, body, headers = {}) {
		const text = typeof body === "string";
		const answer = await fetch(portal.url + path, { method, headers: {
			Authorization: `Bearer ${this.token}`,
			"Content-Type": text ? "text/plain" : "application/json",
			...headers,
		}, body: text ? body : JSON.stringify(body) });

		assert.ok(answer.ok,
			`${method} ${path}: ${answer.status} ${answer.ok || await answer.text()}`);
		return answer;
	}

	async call(method, path, body) {
		const got = await (await this.send(method, path, body)).text();

		return got ? JSON.parse(got) : null;
	}

	async patch(path, change) {
		const before = await this.send("GET", path);

		await this.send("PATCH", path, change, {
			"Content-Type": "application/merge-patch+json",
			"If-Match": before.headers.get("ETag") });
	}

	async start(job, parameters) {
		return this.call("POST", `/api/v1/jobs/${job}/runs`, { parameters });
	}

	async runToEnd(job, parameters) {
		let run = await this.start(job, parameters);

		while (["queued", "claimed", "running"].includes(run.state)) {
			await new Promise(resolve => setTimeout(resolve, 200));
			run = await this.call("GET", `/api/v1/runs/${run.id}`);
		}
		return run;
	}

	async setIntended(device, text) {
		await this.call("PUT", `/api/v1/devices/${device}/intended`, text);
	}
}

export async function createToken(page) {
	await page.goto("/settings/tokens");
	await page.fill("#f-name", "browser-tests");
	await page.selectOption("#f-role", "admin");
	await page.click("button:has-text('Create token')");
	const token = (await page.locator("code.token").textContent()).trim();

	assert.match(token, /^sy_browser-tests_[\w-]{43}$/);
	await shoot(page, "token-shown-once");
	return token;
}

/* --- records ----------------------------------------------------------------------- */

async function addDevices(api) {
	for (const [name, parent, description] of [
		["berlin", undefined, "Two halls, Adlershof"],
		["berlin-hall2", "berlin", "Hall 2, from row 14"]])
		await api.call("POST", "/api/v1/areas", { name, parent, description });
	for (let i = 1; i <= 60; i++) {
		const hall2 = i % 3 === 0;

		await api.call("POST", "/api/v1/devices", {
			name: `ber${hall2 ? 2 : 1}-acc${String(i).padStart(2, "0")}`,
			status: STATUSES[i % 10], platform: "frr",
			area: hall2 ? "berlin-hall2" : "berlin", role: "access-switch",
			primary_ip4: `192.0.2.${i}`, serial: `FX2311${1000 + i}`,
			tags: i % 2 ? ["floor-1"] : ["floor-2", "poe"],
		});
	}
	await api.call("POST", "/api/v1/vlans",
		{ vid: 120, area: "berlin", name: "guests" });
	/* a router of the lab once more, whose key nobody has approved */
	await api.call("POST", "/api/v1/devices", { name: "edge1", status: "active",
		platform: "frr", area: "lab", role: "router", credentials: "lab",
		primary_ip4: `${portal.lab}.1:2222`, description: "New at the edge" });
}

async function addAutomation(api) {
	await api.call("POST", "/api/v1/channels", { name: "on-call",
		type: "webhook", url: "http://127.0.0.1:9/on-call",
		events: ["run_failed", "device_down"],
		description: "Wakes whoever is on call" });
	await api.call("POST", "/api/v1/schedules", { name: "hourly-lab-backup",
		job: "backup", cron: "15 * * * *", enabled: false,
		parameters: { devices: ["r1", "r2"] },
		description: "Only what changes often" });
	for (const file of ["parts", "role/router"])
		await api.call("PUT", `/api/v1/templates/frr/${file}/banner.j2`,
			"banner motd line {{ device.name }}, property of the lab\n");
}

async function addPeople(page) {
	await page.goto("/settings/users");
	await page.fill("#f-name", "grace");
	await page.selectOption("#f-role", "operator");
	await page.fill("#password", "an operator's password");
	await page.click("button:has-text('Create user')");
	await page.waitForSelector("th:has-text('grace')");
}

async function deleteDevice(page, name) {
	await page.goto(`/devices/${name}/delete`);
	await page.click(`button:has-text('Delete ${name}')`);
	await page.waitForSelector(".notice:has-text('was deleted')");
}

async function saveView(page) {
	await page.goto("/devices?status=failed");
	await page.click("summary:has-text('Save view')");
	await page.fill(".menu-body input[name=label]", "Failed ones");
	await page.click(".menu-body button:has-text('Save')");
	await page.waitForSelector(".notice:has-text('was saved')");
}

/* --- runs -------------------------------------------------------------------------- */

async function runJobs(api) {
	const ids = {};

	await api.setIntended("r1", INTENDED);
	ids.dry = await api.runToEnd("provision", { device: "r1", dry_run: true });
	ids.pushed = await api.runToEnd("provision",
		{ device: "r1", dry_run: false });
	await api.setIntended("r1", INTENDED
		.replace("seq 5 permit 192.0.2.0/24", "seq 5 permit 203.0.113.0/24"));
	await api.setIntended("r2", "ip prefix-list WRONG seq five\n");
	ids.failed = await api.runToEnd("provision",
		{ device: "r2", dry_run: false });
	ids.key = await api.runToEnd("backup", { device: "edge1" });
	ids.backups = await api.runToEnd("backup", { devices: ["r1", "r2"] });
	ids.rendered = await api.runToEnd("generate-intended",
		{ devices: ["r1", "r2"], dry_run: true });
	ids.compared = await api.runToEnd("compare", { all: true });
	/* a last line that no router sends: what is read is put aside */
	await api.patch("/api/v1/platforms/frr",
		{ backup_end: "end of configuration" });
	ids.aside = await api.runToEnd("backup", { device: "r2" });
	await api.patch("/api/v1/platforms/frr", { backup_end: "end" });
	for (let i = 0; i < 3; i++)
		ids.reached = await api.runToEnd("reachability",
			{ devices: ["r1", "r2", "ber1-acc01", "ber1-acc02"], timeout: 1 });
	assert.equal(ids.pushed.state, "succeeded", ids.pushed.result);
	assert.notEqual(ids.failed.state, "succeeded");
	assert.match(ids.aside.result, /kept aside/);
	return ids;
}

export async function furnish(browser) {
	const page = await openPage(browser);

	await signIn(page);
	const api = new Api(await createToken(page));

	await addDevices(api);
	await addAutomation(api);
	await addPeople(page);
	await saveView(page);
	await deleteDevice(page, "ber1-acc59");
	const runs = await runJobs(api);

	await page.goto("/devices/r1/history?of=backup");
	const commit = (await page.getAttribute("tbody a.row-link", "href"))
		.split("/").pop();
	const view = await page.goto("/views").then(() =>
		page.getAttribute("tbody th a", "href"));

	await page.context().close();
	return pageList(runs, commit, view);
}
