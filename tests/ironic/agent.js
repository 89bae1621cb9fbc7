/*
 * The least that Ironic takes for its agent on a server that is deployed with
 * the interface "direct" (docs.openstack.org/ironic-python-agent).
 *
 *   node agent.js IRONIC NODE_UUID [fail]
 *
 * Looks its node up, calls back every half second, and says yes to every
 * command; with "fail" writing the image fails.  Ends when the deployment does,
 * or after a minute.
 */
"use strict";
const http = require("http");

const [ironic, uuid, fail] = process.argv.slice(2);
const commands = [];

/* What a command's answer holds beside its state. */
const results = {
	get_deploy_steps: { deploy_steps: { GenericHardwareManager: [] },
		hardware_manager_version: { generic_hardware_manager: "1.1" } },
	get_partition_uuids: {},
};
const failure = { type: "ImageWriteError", code: 500,
	message: "Error writing image to device",
	details: "Writing image to device /dev/sda failed with exit code 1" };

function run(order) {
	const name = order.name.split(".").pop();
	const fails = fail && /^(prepare_image|execute_deploy_step)$/.test(name);
	const result = name === "execute_deploy_step"
	    ? { deploy_result: null, deploy_step: order.params.step }
	    : results[name] ?? { result: "ok" };
	const command = { id: String(commands.length), command_name: name,
		command_params: {},
		command_status: fails ? "FAILED" : "SUCCEEDED",
		command_error: fails ? failure : null,
		command_result: fails ? null : result };

	console.log("told", name, command.command_status);
	/* Ironic takes the last one that is listed for the step it ordered. */
	if (name !== "get_deploy_steps")
		commands.push(command);
	return command;
}

const server = http.createServer((request, response) => {
	const parts = [];

	request.on("data", part => parts.push(part));
	request.on("end", () => {
		const answer = request.method === "POST"
		    ? run(JSON.parse(Buffer.concat(parts).toString() || "{}"))
		    : request.url.includes("/commands") ? { commands }
		    : { version: "9.0.0", started_at: Date.now() / 1000 };

		response.setHeader("Content-Type", "application/json");
		response.end(JSON.stringify(answer));
	});
});

async function ask(method, path, body) {
	const answer = await fetch(ironic + path, { method,
		headers: { "X-OpenStack-Ironic-API-Version": "1.67",
			"Content-Type": "application/json",
			"Accept": "application/json" },
		body: body && JSON.stringify(body) });

	return { status: answer.status, text: await answer.text() };
}

async function serve() {
	const url = `http://127.0.0.1:${server.address().port}`;
	const end = Date.now() + 60000;
	const found = await ask("GET", `/v1/lookup?node_uuid=${uuid}`);
	console.log("lookup", found.status);
	const token = found.status === 200
	    ? JSON.parse(found.text).config.agent_token : null;

	while (Date.now() < end) {
		const { status, text } = await ask("POST", `/v1/heartbeat/${uuid}`,
		    { callback_url: url, agent_version: "9.0.0",
			agent_token: token });

		console.log("heartbeat", status, text.slice(0, 200));
		/* 400: the deployment is over, and its token with it */
		if (status !== 202 && status !== 409)
			break;
		await new Promise(done => setTimeout(done, 500));
	}
	process.exit(0);
}

server.listen(0, "127.0.0.1", serve);
