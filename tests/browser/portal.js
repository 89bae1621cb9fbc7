/*
 * A signed-in browser against the portal that run.sh started.
 *
 *   PORTAL_URL       http://127.0.0.1:<port>
 *   PORTAL_PASSWORD  of the user admin
 *   PORTAL_LAB       the first three numbers of the routers' addresses
 *   SHOTS            directory for screenshots
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { chromium } from "playwright-core";

export const portal = {
	url: process.env.PORTAL_URL,
	password: process.env.PORTAL_PASSWORD,
	lab: process.env.PORTAL_LAB,
	shots: process.env.SHOTS,
};

/* Debian's own; as root it runs without its sandbox. */
export async function openBrowser() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: process.getuid() === 0 ? ["--no-sandbox"] : [],
	});
}

/* A page that remembers everything that went wrong in it. */
export async function openPage(browser, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1440,
		height: 900 }, baseURL: portal.url, ...options });
	const page = await context.newPage();
	const faults = [];

	page.setDefaultTimeout(15000);
	page.on("console", message => {
		/* A refused form answers 4xx on purpose; tests check those. */
		if (message.type() === "error" &&
		    !/status of 4\d\d/.test(message.text()))
			faults.push(`${page.url()}: ${message.text()}`);
	});
	page.on("pageerror", error => faults.push(`${page.url()}: ${error}`));
	page.on("response", response => {
		if (response.status() >= 500)
			faults.push(`${response.url()}: ${response.status()}`);
	});
	page.faults = faults;
	return page;
}

export async function signIn(page) {
	await page.goto("/login");
	await page.fill("#username", "admin");
	await page.fill("#password", portal.password);
	await page.click("button[type=submit]");
	await page.waitForURL(url => !url.pathname.startsWith("/login"));
}

export function assertNoFaults(page) {
	assert.deepEqual(page.faults, []);
}

export async function shoot(page, name) {
	fs.mkdirSync(portal.shots, { recursive: true });
	await page.screenshot({ path: `${portal.shots}/${name}.png`,
		fullPage: true });
}
