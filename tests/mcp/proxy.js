/*
 * Adds a token to requests and passes them on: the conformance suite has no
 * way to send one.  `openProxy(url, token)` gives its own URL and close().
 */
import http from "node:http";

/* Where the suite says our own address, the portal's is meant; a foreign Host
 * or Origin is passed on as it is. */
function turn(headers, own, target) {
	for (const name of ["host", "origin"]) {
		if (!headers[name])
			continue;
		headers[name] = headers[name]
			.replace(`127.0.0.1:${own}`, target.host)
			.replace(`localhost:${own}`, target.host);
	}
	return headers;
}

export async function openProxy(url, token) {
	const target = new URL(url);
	const server = http.createServer((request, response) => {
		const headers = turn({ ...request.headers,
			authorization: `Bearer ${token}` },
			server.address().port, target);
		const onward = http.request({ host: target.hostname,
			port: target.port, method: request.method,
			path: request.url, headers }, answer => {
				response.writeHead(answer.statusCode,
					answer.headers);
				answer.pipe(response);
			});
		onward.on("error", () => response.destroy());
		request.pipe(onward);
	});

	await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
	return { url: `http://127.0.0.1:${server.address().port}${target.pathname}`,
		close: () => server.close() };
}
