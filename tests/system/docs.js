'use strict';
/*
 * The documents are true to the tree: every link leads somewhere, headings
 * included; every document can be reached from the README; and docs/modules.md
 * names every module of src.
 */
const fs = require('fs');
const path = require('path');
const { execFileSync } = require('child_process');

const root = path.resolve(__dirname, '../..');
process.chdir(root);

const listed = (...what) =>
    execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...what])
	.toString().trim().split('\n').filter((f) => fs.existsSync(f));
const faults = [];

/* --- links ----------------------------------------------------------------- */

const withoutCode = (text) =>
    text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, 'x');

/* As GitHub and the help pages make them. */
function anchorsOf(file)
{
	const text = fs.readFileSync(file, 'utf8').replace(/^```[^]*?^```/gm, '');

	return [...text.matchAll(/^#+ +(.*)$/gm)].map((m) =>
	    m[1].replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
		.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, '')
		.replace(/ /g, '-'));
}

function linksOf(file)
{
	const text = withoutCode(fs.readFileSync(file, 'utf8'));

	return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((m) => m[1])
	    .filter((link) => !/^[a-z]+:/.test(link))
	    .map((link) => {
		    const [to, anchor] = link.split('#');

		    return { link, anchor,
			    to: to ? path.join(path.dirname(file), to) : file };
	    });
}

function checkLinks(files)
{
	let n = 0;

	for (const file of files) {
		for (const { link, to, anchor } of linksOf(file)) {
			n++;
			if (!fs.existsSync(to))
				faults.push(`${file}: ${link} leads nowhere`);
			else if (anchor && !anchorsOf(to).includes(anchor))
				faults.push(`${file}: ${link}: no such heading`);
		}
	}
	return n;
}

function checkReached(files)
{
	const seen = new Set(['README.md']);

	for (const file of seen)
		for (const { to } of linksOf(file))
			if (to.endsWith('.md') && fs.existsSync(to))
				seen.add(to);
	for (const file of files)
		if (file.startsWith('docs/') && !seen.has(file))
			faults.push(`${file}: no link leads to it`);
}

/* --- modules --------------------------------------------------------------- */

const isPattern = (word) => /^[a-z_0-9]+\*?(_\*)?$|^\*_[a-z]+$/.test(word);
const matches = (pattern, name) =>
    new RegExp(`^${pattern.replace(/\*/g, '.*')}$`).test(name);

/* Each row of a table of docs/modules.md: the directories that it is about, and
 * what it names there; `all` if it is about whatever is there. */
function rowsOfModules()
{
	const rows = [];
	let dirs = [];

	for (const line of fs.readFileSync('docs/modules.md', 'utf8').split('\n')) {
		const heading = /^## (.*)$/.exec(line);

		if (heading)
			dirs = heading[1].match(/src\/[a-z]+/g) || [];
		if (!line.startsWith('| `') || dirs.length === 0)
			continue;
		const [, first, second] = line.split(' | ').length > 1
		    ? [0, ...line.split(' | ')] : [0, line, ''];
		const words = [...first.matchAll(/`([^`]+)`/g)].map((m) => m[1]);
		const below = words.filter((w) => w.endsWith('/'));

		rows.push(below.length === 0
		    ? { dirs, names: words.filter(isPattern), all: false }
		    : { dirs: below.flatMap((d) => dirs.map((s) =>
			    path.join(s.endsWith('/cli') && d === 'cli/'
				? 'src' : s, d).replace(/\/$/, ''))
			    .concat(path.join('src', d).replace(/\/$/, ''))),
			names: [...second.matchAll(/`([^`]+)`/g)]
			    .map((m) => m[1]).filter(isPattern),
			all: /a file for each|by subject|the interfaces|socket/
			    .test(second) });
	}
	return rows;
}

function checkModules()
{
	const rows = rowsOfModules();
	const modules = new Set(listed('src/*.c', 'src/*.h')
	    .filter((f) => !f.endsWith('_internal.h'))
	    .map((f) => f.replace(/\.[ch]$/, '')));
	let n = 0;

	for (const module of modules) {
		const dir = path.dirname(module), name = path.basename(module);

		if (dir === 'src') /* main_*.c: docs/architecture.md */
			continue;
		n++;
		if (!rows.some((row) => row.dirs.includes(dir) && (row.all ||
			name === path.basename(dir) ||
			name.startsWith(`${path.basename(dir)}_`) ||
			row.names.some((p) => matches(p, name)))))
			faults.push(`docs/modules.md does not name ${module}`);
	}
	return n;
}

const files = listed('*.md');
const links = checkLinks(files);
checkReached(files);
const modules = checkModules();
if (links < 100 || modules < 300)
	faults.push(`only ${links} links and ${modules} modules were found`);
for (const fault of faults)
	console.log(fault);
if (faults.length > 0)
	process.exit(1);
console.log(`${links} links and ${modules} modules`);
