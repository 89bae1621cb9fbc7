/* What an assistant's client sees, and what it may not do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ways, withClient } from "./clients.js";

const tools = ["check_provision_status", "device_history", "get_config",
	"get_device", "list_devices", "list_servers", "provision_device",
	"provision_server", "run_status", "search"];

function structured(result) {
	assert.ok(!result.isError, JSON.stringify(result));
	assert.deepEqual(JSON.parse(result.content[0].text),
		result.structuredContent);
	return result.structuredContent;
}

for (const way of ways) {
	test(`${way[0]}: reads`, async () => {
		await withClient(way, "viewer", async client => {
			const call = async (name, args = {}) => structured(
				await client.callTool({ name, arguments: args }));

			if (client.getNegotiatedProtocolVersion)
				assert.equal(client.getNegotiatedProtocolVersion(),
					way[1]);
			assert.equal(client.getServerVersion().name, "switchyard");
			/* the client compiles the output schemas here, and holds
			 * every result against them */
			assert.deepEqual((await client.listTools()).tools
				.map(tool => tool.name).sort(), tools);
			assert.ok((await call("list_devices")).items.length >= 2);
			assert.equal((await call("get_device", { device: "r1" }))
				.platform, "frr");
			assert.match((await call("get_config", { device: "r1" }))
				.text, /router bgp 65001/);
			assert.ok((await call("device_history", { device: "r1" }))
				.items[0].commit);
			const found = await call("search", { q: "bgp 65001" });

			assert.ok(found.items.some(one => one.device === "r1"));
		});
	});
	test(`${way[0]}: resources`, async () => {
		await withClient(way, "viewer", async client => {
			const { resources } = await client.listResources();
			const uri = "switchyard://devices/r1/intended";
			const { contents } = await client.readResource({ uri });

			assert.ok(resources.some(one => one.uri === uri));
			assert.match(contents[0].text, /router bgp 65001/);
			assert.deepEqual((await client.listResourceTemplates())
				.resourceTemplates.map(
				one => one.uriTemplate.split("/").pop())
				.sort(),
			["backup", "diff", "intended", "outputs"]);
			await assert.rejects(client.readResource(
				{ uri: "switchyard://devices/nope/intended" }));
		});
	});
	test(`${way[0]}: refusals`, async () => {
		await withClient(way, "viewer", async client => {
			const denied = await client.callTool({
				name: "provision_device",
				arguments: { device: "r1" } });
			const wrong = await client.callTool({ name: "get_device",
				arguments: { device: "nope" } });

			assert.ok(denied.isError);
			assert.match(denied.content[0].text, /role operator/);
			assert.ok(wrong.isError);
			await assert.rejects(client.callTool({ name: "nope",
				arguments: {} }));
		});
	});
}

test("a wrong token is refused", async () => {
	const answer = await fetch(`${process.env.PORTAL_URL}/mcp`, {
		method: "POST", body: "{}", headers: {
			"Content-Type": "application/json",
			Authorization: "Bearer sy_no_one" } });

	assert.equal(answer.status, 401);
	assert.match(answer.headers.get("www-authenticate"), /^Bearer/);
});
