/*
 * A router is provisioned by an assistant: shown first, then pushed as shown.
 * ROUTER names it; the caller looks at the router itself.
 */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "node:test";
import { ways, withClient } from "./clients.js";

const device = process.env.ROUTER;
const way = ways.find(one => one[0] === process.env.WAY);

async function call(client, name, args) {
	return client.callTool({ name, arguments: args });
}

/* Starts a run and gives it when it has ended. */
async function run(client, args) {
	const begun = await call(client, "provision_device",
		{ device, ...args });
	let now;

	assert.ok(!begun.isError, JSON.stringify(begun));
	do {
		await pause(200);
		now = await call(client, "run_status",
			{ run_id: begun.structuredContent.id });
	} while (["queued", "claimed", "running"]
		.includes(now.structuredContent.state));
	return now.structuredContent;
}

test("a push is what was shown, or nothing", async () => {
	await withClient(way, "operator", async client => {
		const refused = async (args, words) => {
			const answer = await call(client, "provision_device",
				{ device, dry_run: false, ...args });

			assert.ok(answer.isError);
			assert.match(answer.content[0].text, words);
		};
		await refused({}, /needs the diff_hash/);
		await refused({ diff_hash: "0".repeat(64) }, /no dry run/);

		const dry = await run(client, {});
		const hash = dry.devices[0].diff_hash;

		assert.equal(dry.state, "succeeded");
		assert.equal(dry.trigger, "mcp");
		assert.match(dry.devices[0].diff, /^\+.*bgp/m);
		assert.match(hash, /^[0-9a-f]{64}$/);

		/* the same hash for another way of loading is another plan */
		const other = await run(client, { dry_run: false,
			replace_config: true, diff_hash: hash });

		assert.equal(other.state, "failed");
		assert.match(other.result, /no longer the one/);
		/* nor was its difference shown by a dry run */
		await refused({ replace_config: true,
			diff_hash: other.devices[0].diff_hash }, /no dry run/);

		const pushed = await run(client,
			{ dry_run: false, diff_hash: hash });

		assert.equal(pushed.state, "succeeded", pushed.result);
		const again = await run(client,
			{ dry_run: false, diff_hash: hash });

		assert.match(again.result, /already as intended/);
	});
});
