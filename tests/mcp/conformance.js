/*
 * The scenarios of @modelcontextprotocol/conformance that a server without
 * test tools can be asked, each by name.  The others call tools, prompts and
 * resources named test_*, which no portal has.
 *
 *   PORTAL_URL, TOKEN   of a running portal
 *   NODE22              a Node.js of version 22 or above
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openProxy } from "./proxy.js";

const suite = fileURLToPath(new URL(
	"node_modules/@modelcontextprotocol/conformance/dist/index.js",
	import.meta.url));

/* Checks inside a scenario that call tools named test_*. */
const noSuchTool = [
	"sep-2575-server-rejects-undeclared-capability",
	"sep-2575-missing-capability-http-400",
	"sep-2575-http-server-no-independent-requests-on-stream",
	"sep-2575-server-no-log-without-loglevel",
];

const expected = {
	"2025-06-18": ["server-initialize", "ping", "tools-list",
		"resources-list", "prompts-list"],
	"2025-11-25": ["server-initialize", "ping", "tools-list",
		"resources-list", "prompts-list", "dns-rebinding-protection",
		"server-session-lifecycle"],
	"2026-07-28": ["server-stateless", "tools-list", "resources-list",
		"prompts-list", "dns-rebinding-protection", "caching",
		"http-header-validation", "sep-2164-resource-not-found"],
};

function readChecks(directory) {
	const run = fs.readdirSync(directory);

	assert.equal(run.length, 1);
	return JSON.parse(fs.readFileSync(
		path.join(directory, run[0], "checks.json")));
}

async function runScenario(url, version, scenario) {
	const out = fs.mkdtempSync(path.join(os.tmpdir(), "switchyard-mcp-"));

	try {
		/* its exit status counts the checks above as well */
		await promisify(execFile)(process.env.NODE22, [suite, "server",
			"--url", url, "--scenario", scenario,
			"--spec-version", version, "-o", out])
			.catch(() => {});
		return readChecks(out);
	} finally {
		fs.rmSync(out, { recursive: true });
	}
}

for (const [version, scenarios] of Object.entries(expected)) {
	for (const scenario of scenarios) {
		test(`${version} ${scenario}`, async () => {
			const proxy = await openProxy(
				`${process.env.PORTAL_URL}/mcp`,
				process.env.TOKEN);

			try {
				const checks = await runScenario(proxy.url,
					version, scenario);
				const bad = checks.filter(check =>
					["FAILURE", "WARNING"]
						.includes(check.status) &&
					!noSuchTool.includes(check.id));

				assert.ok(checks.length > 0);
				assert.deepEqual(bad.map(check =>
					[check.id, check.errorMessage]), []);
			} finally {
				proxy.close();
			}
		});
	}
}
