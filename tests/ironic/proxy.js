/*
 * A proxy that does harm, between the portal and Ironic.
 *
 *   node proxy.js TARGET DIR
 *
 * It listens on a free port of 127.0.0.1 and writes its address to DIR/url.
 * DIR/rules holds lines "FAULT REGEXP", read for each request: one whose
 * "METHOD /path body" matches meets the first such fault.
 *
 *   reset       hangs up; Ironic never hears of it
 *   stall       says nothing; Ironic never hears of it
 *   500, 503    answers so; Ironic never hears of it
 *   late-reset  Ironic answers, the portal is hung up on
 *   late-stall  Ironic answers, the portal hears nothing
 *   late-500    Ironic answers, the portal is told 500
 *   slow        Ironic answers, the portal hears of it after 1.5 s
 *   garbage     Ironic's status with bytes that are no JSON
 *   truncated   half of the body that was promised
 *   huge        Ironic's status with 50 MB of JSON
 *
 * DIR/log has a line for each request that Ironic did hear of:
 * "METHOD /path STATUS"; DIR/asked one for each that the portal sent,
 * "METHOD /path".
 */
"use strict";
const fs = require("fs");
const http = require("http");

const [target, dir] = process.argv.slice(2);
const upstream = new URL(target);
const HUGE = 50 * 1024 * 1024;

function faultOf(request, body) {
	const text = `${request.method} ${request.url} ${body}`;
	const lines = fs.existsSync(`${dir}/rules`)
	    ? fs.readFileSync(`${dir}/rules`, "utf8").split("\n") : [];

	for (const line of lines) {
		const [fault, pattern] = line.split(/ (.*)/);

		if (pattern && new RegExp(pattern).test(text))
			return fault;
	}
	return "";
}

function pass(response, answer, body) {
	response.writeHead(answer.statusCode, answer.headers);
	response.end(body);
}

function promise(response, status, length) {
	response.writeHead(status, { "Content-Type": "application/json",
		"Content-Length": length });
}

/* Without a word to Ironic. */
const early = {
	reset: (_, response) => response.destroy(),
	stall: () => {},
	500: (_, response) => {
		response.writeHead(500, { "Content-Type": "text/html" });
		response.end("<html><body>Internal error</body></html>");
	},
	503: (_, response) => {
		response.writeHead(503, { "Content-Type": "text/html" });
		response.end("<html><body>Unavailable</body></html>");
	},
};

/* Once Ironic has answered. */
const late = {
	"late-reset": response => response.destroy(),
	"late-stall": () => {},
	"late-500": response => early[500](null, response),
	slow: (response, answer, body) =>
	    setTimeout(() => pass(response, answer, body), 1500),
	garbage: (response, answer) => {
		promise(response, answer.statusCode, 12);
		response.end(Buffer.from("\u0000{[\"garbage\u00ff", "latin1"));
	},
	truncated: (response, answer) => {
		promise(response, answer.statusCode, 1000);
		response.write("{\"nodes\": [");
		setTimeout(() => response.destroy(), 20);
	},
	huge: (response, answer) => {
		promise(response, answer.statusCode, HUGE);
		response.write("{\"a\": \"");
		response.end(Buffer.alloc(HUGE - 7, "x"));
	},
};

function forward(request, response, body, fault) {
	const out = http.request({ host: upstream.hostname,
		port: upstream.port, method: request.method, path: request.url,
		headers: { ...request.headers, connection: "close" } },
	    answer => {
		const parts = [];

		answer.on("data", part => parts.push(part));
		answer.on("end", () => {
			fs.appendFileSync(`${dir}/log`, `${request.method} ${
			    request.url} ${answer.statusCode}\n`);
			(late[fault] ?? pass)(response, answer,
			    Buffer.concat(parts));
		});
	});

	out.on("error", () => response.destroy());
	out.end(body);
}

const server = http.createServer((request, response) => {
	const parts = [];

	response.on("error", () => {});
	request.on("data", part => parts.push(part));
	request.on("end", () => {
		const body = Buffer.concat(parts);
		const fault = faultOf(request, body);

		fs.appendFileSync(`${dir}/asked`,
		    `${request.method} ${request.url}\n`);
		if (early[fault])
			early[fault](request, response);
		else
			forward(request, response, body, fault);
	});
});

server.listen(0, "127.0.0.1", () => {
	const text = `http://127.0.0.1:${server.address().port}`;

	fs.writeFileSync(`${dir}/url.new`, text);
	fs.renameSync(`${dir}/url.new`, `${dir}/url`);
});
