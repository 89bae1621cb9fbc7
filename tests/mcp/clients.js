/*
 * The official TypeScript clients, of both generations, over both transports.
 *
 *   PORTAL_URL       http://127.0.0.1:<port>
 *   SWITCHYARD       the program, for stdio
 *   PORTAL_DIR       the instance's directory
 *   TOKENS           directory with the files viewer and operator
 */
import fs from "node:fs";
import path from "node:path";
import { Client as OlderClient } from
	"@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OlderHttp } from
	"@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioClientTransport as OlderStdio } from
	"@modelcontextprotocol/sdk/client/stdio.js";
import { Client, StreamableHTTPClientTransport } from
	"@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const url = new URL(`${process.env.PORTAL_URL}/mcp`);
const self = { name: "switchyard-tests", version: "1" };

function tokenFile(role) {
	return path.join(process.env.TOKENS, role);
}

function http(Transport, role) {
	const token = fs.readFileSync(tokenFile(role), "utf8").trim();

	return new Transport(url, { requestInit: {
		headers: { Authorization: `Bearer ${token}` } } });
}

function stdio(Transport, role) {
	return new Transport({ command: process.env.SWITCHYARD,
		args: ["--dir", process.env.PORTAL_DIR, "mcp", "--token-file",
			tokenFile(role)],
		env: { ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? "" } });
}

const modern = { versionNegotiation: { mode: { pin: "2026-07-28" } } };

/* Each way to connect: its name, the revision it ends up with, a client. */
export const ways = [
	["older client, HTTP", "2025-11-25",
		role => [new OlderClient(self), http(OlderHttp, role)]],
	["older client, stdio", "2025-11-25",
		role => [new OlderClient(self), stdio(OlderStdio, role)]],
	["newer client, HTTP", "2026-07-28",
		role => [new Client(self, modern),
			http(StreamableHTTPClientTransport, role)]],
	["newer client, stdio", "2026-07-28",
		role => [new Client(self, modern),
			stdio(StdioClientTransport, role)]],
	["newer client that chooses, HTTP", "2026-07-28",
		role => [new Client(self, { versionNegotiation: { mode: "auto" } }),
			http(StreamableHTTPClientTransport, role)]],
	["newer client of the older era, HTTP", "2025-11-25",
		role => [new Client(self),
			http(StreamableHTTPClientTransport, role)]],
];

/* Runs `work` with a connected client, and closes it. */
export async function withClient(way, role, work) {
	const [client, transport] = way[2](role);

	await client.connect(transport);
	try {
		return await work(client);
	} finally {
		await client.close();
	}
}
