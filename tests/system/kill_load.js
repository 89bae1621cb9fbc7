// Writes through the portal while its programs are killed at random, then
// checks that every acknowledged write is there, once.
//   node kill_load.js DIR URL TOKEN_FILE KILLS SEED
'use strict';
const fs = require('fs');
const http = require('http');
const { execFileSync } = require('child_process');

const [dir, url, tokenFile, kills, seed] = process.argv.slice(2);
const token = fs.readFileSync(tokenFile, 'utf8').trim();
const git = (...args) =>
	execFileSync('git', ['-C', dir + '/store.git', ...args],
	    { encoding: 'utf8', maxBuffer: 1 << 28 });

// A small generator, so that a failing sequence can be had again.
let state = Number(seed) >>> 0;
function random() {
	state = (state * 1664525 + 1013904223) >>> 0;
	return state / 4294967296;
}
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function ask(method, path, body, headers) {
	return new Promise((resolve) => {
		const rq = http.request(url + path, {
			method, agent: false, timeout: 20000,
			headers: { Authorization: 'Bearer ' + token, ...headers },
		}, (answer) => {
			let text = '';
			answer.on('data', (part) => { text += part; });
			answer.on('error', () => resolve({ status: 0 }));
			answer.on('end', () => resolve({ status: answer.statusCode, text }));
		});
		rq.on('error', () => resolve({ status: 0 }));
		rq.on('timeout', () => rq.destroy());
		rq.end(body);
	});
}

let stop = false;
const acked = [];	// { device, text }
const runs = [];	// ids
const counts = {};

async function writer(device) {
	for (let n = 1; !stop; n++) {
		const text = `hostname ${device}\n! write ${n}\n`;
		const r = await ask('PUT', `/api/v1/devices/${device}/intended`,
		    text, { 'Content-Type': 'text/plain' });
		counts[r.status] = (counts[r.status] || 0) + 1;
		if (r.status === 200 || r.status === 201 || r.status === 204)
			acked.push({ device, text });
		else
			await sleep(20);
	}
}

async function runner(device) {
	while (!stop) {
		const r = await ask('POST', '/api/v1/jobs/provision/runs',
		    JSON.stringify({ parameters: { device, dry_run: true } }),
		    { 'Content-Type': 'application/json' });
		if (r.status === 202)
			runs.push(JSON.parse(r.text).id);
		await sleep(60);
	}
}

function pid(name) {
	try {
		return Number(fs.readFileSync(`${dir}/run/${name}.pid`, 'utf8'));
	} catch {
		return 0;
	}
}

async function killer() {
	let done = 0;

	while (done < Number(kills)) {
		await sleep(50 + random() * 500);
		const p = pid(random() < 0.5 ? 'web' : 'worker');
		if (!(p > 1))
			continue;	// 0 would be our own process group
		try {
			process.kill(p, 'SIGKILL');
			done++;
		} catch {
			// not restarted yet
		}
	}
	stop = true;
}

async function settled(id) {
	for (let i = 0; i < 600; i++) {
		const r = await ask('GET', '/api/v1/runs/' + id);
		if (r.status === 200 && !['queued', 'claimed', 'running', 'unknown']
		    .includes(JSON.parse(r.text).state))
			return true;
		if (r.status === 404 && i > 20)
			return false;
		await sleep(100);
	}
	return false;
}

// The contents that each device's intended file ever had, in order.
function history(device) {
	const path = `intended/lab/${device}.cfg`;
	const commits = git('log', '--reverse', '--format=%H', 'main', '--', path)
	    .trim().split('\n').filter(Boolean);
	const input = commits.map((c) => `${c}:${path}`).join('\n') + '\n';
	const out = execFileSync('git',
	    ['-C', dir + '/store.git', 'cat-file', '--batch'],
	    { input, encoding: 'utf8', maxBuffer: 1 << 28 });
	return [...out.matchAll(/! write (\d+)\n/g)].map((m) => Number(m[1]));
}

(async () => {
	const devices = ['r1', 'r2', 'r3', 'r4'];
	let bad = 0;

	await Promise.all([killer(), runner('r1'), ...devices.map(writer)]);
	for (const device of devices) {
		const seen = history(device);
		const written = new Set(seen);
		const mine = acked.filter((a) => a.device === device)
		    .map((a) => Number(/write (\d+)/.exec(a.text)[1]));
		const lost = mine.filter((n) => !written.has(n));
		const twice = seen.length - written.size;

		if (lost.length || twice || mine.length === 0) {
			bad++;
			console.log(`${device}: ${mine.length} acknowledged, ` +
			    `lost: ${lost.slice(0, 5)}, written twice: ${twice}`);
		}
		for (let i = 1; i < seen.length; i++) {
			if (seen[i] <= seen[i - 1]) {
				bad++;
				console.log(`${device}: ${seen[i]} after ${seen[i - 1]}`);
			}
		}
	}
	for (const id of new Set(runs)) {
		if (!await settled(id)) {
			bad++;
			console.log(`run ${id} was acknowledged and did not end`);
		}
	}
	console.log(`${kills} kills, ${acked.length} writes and ${runs.length} ` +
	    `runs acknowledged, answers ${JSON.stringify(counts)}`);
	process.exit(bad || runs.length === 0 ? 1 : 0);
})();
