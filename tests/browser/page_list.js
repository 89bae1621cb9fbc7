/*
 * Every page over what furnish.js has made, by name; and which routes of the
 * program no page of a list belongs to.
 */
import fs from "node:fs";
import path from "node:path";

const SOURCE = new URL("../../src/web/pages", import.meta.url).pathname;

const KINDS = [
	["area", "areas", "berlin"],
	["vlan", "vlans", "lab/10"],
	["role", "roles", "router"],
	["platform", "platforms", "frr"],
	["secret", "secrets", "lab"],
	["button", "buttons", "provision"],
	["image", "images", "debian-12-generic"],
	["hook", "hooks", "default"],
	["channel", "channels", "on-call"],
	["schedule", "schedules", "hourly-lab-backup"],
];

function kindPages() {
	const pages = {};

	for (const [one, many, key] of KINDS) {
		pages[many] = `/${many}`;
		pages[one] = `/${many}/${key}`;
		pages[`${one}-new`] = `/${many}/new`;
		pages[`${one}-edit`] = `/${many}/${key}/edit`;
		pages[`${one}-delete`] = `/${many}/${key}/delete`;
		pages[`${one}-history`] = `/${many}/${key}/history`;
	}
	return pages;
}

function devicePages(commit) {
	return {
		devices: "/devices",
		"devices-filtered": "/devices?q=acc&status=active&sort=-name",
		"devices-none": "/devices?q=nothing-like-it",
		"device-new": "/devices/new",
		device: "/devices/r1",
		"device-hostkey": "/devices/edge1",
		"device-put-aside": "/devices/r2",
		"device-failed": "/devices/ber2-acc06",
		"device-planned": "/devices/ber1-acc04",
		"device-edit": "/devices/r1/edit",
		"device-delete": "/devices/ber1-acc01/delete",
		"device-config": "/devices/r1/config",
		"device-config-diff": "/devices/r1/config?view=diff",
		"device-config-split": "/devices/r1/config?view=diff&diff=split",
		"device-config-backup": "/devices/r1/config?view=backup",
		"device-config-intended": "/devices/r1/config?view=intended",
		"device-config-rendered": "/devices/r1/config?view=rendered",
		"device-config-none": "/devices/ber1-acc02/config",
		"device-intended": "/devices/r1/intended",
		"device-history": "/devices/r1/history",
		"device-history-backup": "/devices/r1/history?of=backup",
		"device-commit": `/devices/r1/history/${commit}`,
		"device-version": `/devices/r1/history/${commit}/backup`,
		"device-compare": `/devices/r1/compare?a=${commit}`,
		"device-blame": "/devices/r1/blame/backup",
		"device-blame-inventory": "/devices/r1/blame/inventory",
		"device-aside": "/devices/r2/aside",
		"device-aside-none": "/devices/r1/aside",
		"device-runs": "/devices/r1/runs",
		"device-runs-none": "/devices/ber2-acc03/runs",
		"device-gone": "/devices/ber1-acc59",
		"device-gone-history": "/devices/ber1-acc59/history",
		"devices-approval": "/devices?needs=approval",
		"devices-failed-runs": "/devices?needs=failed",
		"devices-put-aside": "/devices?needs=quarantined",
		"not-found": "/devices/nobody",
	};
}

function runPages(runs) {
	return {
		jobs: "/jobs",
		job: "/jobs/backup",
		"job-run": "/jobs/provision/run?device=r1",
		"job-run-many": "/jobs/backup/run",
		"job-run-generate": "/jobs/generate-intended/run?device=r1",
		"job-run-refused": "/jobs/provision/run?device=ber2-acc06",
		runs: "/runs",
		"runs-failed": "/runs?state=failed",
		"runs-none": "/runs?device=nobody",
		"run-dry": `/runs/${runs.dry.id}`,
		"run-pushed": `/runs/${runs.pushed.id}`,
		"run-pushed-split": `/runs/${runs.pushed.id}?diff=split`,
		"run-failed": `/runs/${runs.failed.id}`,
		"run-hostkey": `/runs/${runs.key.id}`,
		"run-put-aside": `/runs/${runs.aside.id}`,
		"run-backups": `/runs/${runs.backups.id}`,
		"run-rendered": `/runs/${runs.rendered.id}`,
		"run-compared": `/runs/${runs.compared.id}?show=changed`,
		"run-reached": `/runs/${runs.reached.id}`,
		notifications: "/notifications",
		"notifications-delivered": "/notifications?place=delivered",
		reachability: "/reachability",
		"reachability-up": "/reachability?verdict=up",
	};
}

function textPages() {
	return {
		templates: "/templates",
		template: "/templates/frr/bgp.j2?device=r1",
		"template-part": "/templates/frr/parts/banner.j2",
		"template-role": "/templates/frr/role/router/banner.j2",
		"template-edit": "/templates/edit?name=frr/bgp.j2",
		"template-delete": "/templates/delete?name=frr/bgp.j2",
		"template-new": "/templates/edit",
		"template-history": "/templates/history?name=frr/bgp.j2",
		context: "/context",
		"context-file": "/context/global.json",
		"context-device": "/context/device/r1.json",
		"context-edit": "/context/edit?name=device/r1.json",
		"context-delete": "/context/delete?name=device/r1.json",
		"context-history": "/context/history?name=device/r1.json",
	};
}

export function pageList(runs, commit, view) {
	return {
		dashboard: "/",
		...devicePages(commit),
		...runPages(runs),
		...kindPages(),
		...textPages(),
		"schedule-new-backup": "/schedules/new?job=backup",
		search: "/search?q=description",
		"search-regex": "/search?q=%5E+*(ip|route).*&mode=regex&in=backup",
		"search-none": "/search?q=nothing-like-it",
		"search-wrong": "/search?q=%5Bab&mode=regex",
		"search-empty": "/search",
		views: "/views",
		view,
		"view-new": "/views/new",
		"view-edit": `${view}/edit`,
		"view-delete": `${view}/delete`,
		"view-history": `${view}/history`,
		import: "/import",
		audit: "/audit",
		"audit-filtered": "/audit?device=r1&only=runs",
		"audit-none": "/audit?person=nobody&since=2020-01-01",
		commit: `/commits/${commit}`,
		help: "/help",
		"help-document": "/help/runs",
		"help-recipe": "/help/recipes/job",
		"help-reference": "/help/reference",
		"servers-none-named": "/servers",
		"server-provision-none": "/servers/provision",
		settings: "/settings",
		ironic: "/settings/ironic",
		users: "/settings/users",
		user: "/settings/users/grace",
		"user-delete": "/settings/users/grace/delete",
		tokens: "/settings/tokens",
	};
}

/* --- against the program's routes -------------------------------------------------- */

/* Not pages but files, data that the script asks for, or (with a server in
 * their path) what servers.test.js looks at. */
const NO_PAGE = /\.(csv|json|jsonl)$|\/raw\/|\/runs\/\{id\}\/(log|diff\/)|^\/servers\/\{/;

/* What C's preprocessor makes of NAME "/literal". */
function text(c, names) {
	return c.split(/(?<=")\s+|\s+(?=")/).map(part =>
		names[part] ?? part.replaceAll('"', "")).join("");
}

function patternsOf(source) {
	const names = Object.fromEntries([...source.matchAll(
		/^#define ([A-Z]+) "(\/[^"]*)"/gm)].map(m => [m[1], m[2]]));
	const patterns = [];

	for (const [, first] of source.matchAll(/PAGE_GET\(\s*([^,]+?),/g)) {
		if (!/^(list|one)\b/.test(first)) {
			patterns.push(text(first.trim(), names));
			continue;
		}
		for (const [, list, one] of source.matchAll(
			/^\tKIND_ROUTES\("([^"]+)", "([^"]+)"/gm))
			patterns.push(text(first.trim(), { list, one }));
	}
	return patterns;
}

/* Patterns of pages that match none of these paths. */
export function patternsWithout(paths) {
	const plain = paths.map(p => p.split("?")[0]);

	return fs.readdirSync(SOURCE).filter(f => f.endsWith(".c"))
		.flatMap(f => patternsOf(fs.readFileSync(path.join(SOURCE, f),
			"utf8")))
		.filter(pattern => !NO_PAGE.test(pattern))
		.filter(pattern => {
			const regex = new RegExp(`^${pattern.replace(/\{\w+\}/g,
				"[^/]+")}$`);

			return !plain.some(p => regex.test(p));
		});
}
