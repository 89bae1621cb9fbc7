/* A server is provisioned by an assistant.  SERVER names one that is
 * available; IMAGE an image. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "node:test";
import { ways, withClient } from "./clients.js";

const way = ways.find(one => one[0] === process.env.WAY);

test("a server is provisioned and followed to its end", async () => {
	await withClient(way, "operator", async client => {
		const call = (name, args) =>
			client.callTool({ name, arguments: args });
		const list = await call("list_servers",
			{ provision_state: "available" });
		const begun = await call("provision_server", {
			server_id: process.env.SERVER,
			image_id: process.env.IMAGE });

		assert.ok(list.structuredContent.items.some(
			one => one.name === process.env.SERVER));
		assert.ok(!begun.isError, JSON.stringify(begun));
		assert.equal(begun.structuredContent.status, "accepted");
		const operation_id = begun.structuredContent.operation_id;
		let now;

		do {
			await pause(200);
			now = (await call("check_provision_status",
				{ operation_id })).structuredContent;
		} while (now.status === "in_progress");
		assert.equal(now.status, "completed");
		assert.equal(now.progress_percent, 100);

		const again = await call("provision_server", {
			server_id: process.env.SERVER,
			image_id: process.env.IMAGE });

		assert.ok(again.isError);
		assert.match(again.content[0].text,
			/is not available for provisioning/);
	});
});

test("refusals say which server or class", async () => {
	await withClient(way, "operator", async client => {
		const rows = [
			[{ image_id: process.env.IMAGE, server_id: "nope" },
				"Server nope not found"],
			[{ image_id: process.env.IMAGE, resource_class: "nope" },
				"No available servers matching criteria"],
		];

		for (const [args, words] of rows) {
			const answer = await client.callTool(
				{ name: "provision_server", arguments: args });

			assert.ok(answer.isError);
			assert.equal(JSON.parse(answer.content[0].text).detail,
				words);
		}
	});
});
