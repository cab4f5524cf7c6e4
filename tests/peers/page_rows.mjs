// SPDX-License-Identifier: BSD-2-Clause
//
// The page of `apam gateway` as people have it, in Chromium without a window.
// page.sh has started the gateway, and says where it is:
//
//	PEER_DIR		where node_modules lies
//	APAM_PAGE_URL		the page
//	APAM_PAGE_FILE		the file that leads there
//	APAM_PAGE_TOKEN		its token
//	BROWSER_PROGRAM		the browser (default /usr/bin/chromium)
//	PICTURES		where the pictures go (default BUILD/peers/pages)
//
// Prints each failing row; ends with "N passed, N failed".
import { mkdirSync } from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import { createRequire } from 'node:module';

import { BUILD, finish, makeFolder, row } from './rows.mjs';

const require = createRequire(`${process.env.PEER_DIR}/`);
const { chromium } = require('playwright-core');
const PICTURES = process.env.PICTURES ?? `${BUILD}/peers/pages`;
const WAIT_MS = 60000;
const { APAM_PAGE_URL: url, APAM_PAGE_FILE: file, APAM_PAGE_TOKEN: token } =
	process.env;
const dir = makeFolder('page');
mkdirSync(PICTURES, { recursive: true });

const browser = await chromium.launch({
	executablePath: process.env.BROWSER_PROGRAM ?? '/usr/bin/chromium',
	// Chromium refuses to run as root in its sandbox; tests may be root.
	args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});

// What a page asks for, and what goes wrong in it.
const open = async (address, options = {}) => {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 800 }, ...options });
	context.setDefaultTimeout(WAIT_MS);
	const seen = { requests: [], wrong: [] };
	const page = await context.newPage();
	page.on('request', (to) => seen.requests.push(to));
	page.on('pageerror', (error) => seen.wrong.push(String(error)));
	page.on('console', (said) => {
		if (said.type() === 'error') seen.wrong.push(said.text());
	});
	await page.goto(address);
	await page.waitForFunction(() => document.documentElement.dataset.looked,
		undefined, { timeout: WAIT_MS }).catch((e) => seen.wrong.push(String(e)));
	return { context, page, seen };
};

const text = (page, id) => page.innerText(`#${id}`);

// ---- Rows ----------------------------------------------------------------------

const rowsShown = async () => {
	const { page, seen, context } = await open(`${url}#${token}`);
	row('nothing goes wrong', seen.wrong.length === 0, seen.wrong.join('; '));
	row('the token leaves the address', page.url() === url, page.url());
	const addresses = await Promise.all(seen.requests.map(async (to) =>
		[to.url(), await to.headerValue('referer') ?? '']));
	row('no address has it, and no referrer', addresses.every((a) =>
		!a.some((part) => part.includes(token))), JSON.stringify(addresses));
	row('nothing is asked of anybody else', seen.requests.every((to) =>
		to.url().startsWith(url)), JSON.stringify(addresses));
	row('no cookie', (await context.cookies()).length === 0, '');
	row('no storage', await page.evaluate(() =>
		localStorage.length + sessionStorage.length) === 0, '');
	const profiles = await text(page, 'profiles');
	row('the profiles', ['broken', 'own', 'seven', 'xy'].every((p) =>
		profiles.includes(p)), profiles);
	row('one that works', /own[^]*works/.test(profiles), profiles);
	row('one whose key is archived', /archived/.test(profiles), profiles);
	row('a mistake', /mistake in its file/.test(profiles), profiles);
	row('who calls', /root|user \d+|\w+/.test(await text(page, 'calls')) &&
		/5/.test(await text(page, 'calls')), await text(page, 'calls'));
	row('what was refused', /archived by/.test(await text(page, 'refusals')),
		await text(page, 'refusals'));
	row('the summary', /4 profiles, \d needs? you|need you/.test(
		await text(page, 'summary')), await text(page, 'summary'));
	await page.reload();
	await page.waitForFunction(() => document.documentElement.dataset.looked);
	row('it can be loaded again',
		(await text(page, 'profiles')).includes('seven'), '');
	await context.close();
};

// What the gateway says, but with a description that turns text around.
const turnAround = async (route) => {
	const answer = await route.fetch();
	const said = await answer.json();
	for (const p of said.profiles) p.description = '\u202e<i>turned</i>\u0007';
	await route.fulfill({ response: answer, json: said });
};

const rowsHostile = async () => {
	const { page, seen, context } = await open(`${url}#${token}`);
	const whole = await page.innerText('body');
	row('hostile words are there, as words', whole.includes('<img src=x') &&
		whole.includes('<script>'), whole);
	row('none of them ran', await page.title() === 'apam gateway',
		await page.title());
	row('none became an element', await page.evaluate(() =>
		document.querySelectorAll('img, main script, [onerror]').length) === 0,
	'');
	const blocked = await page.evaluate(() => {
		try {
			document.getElementById('log').innerHTML = '<b>x</b>';
			return 'HTML was made';
		} catch (error) {
			return error.name;
		}
	});
	row('a script cannot make HTML', blocked === 'TypeError', blocked);
	const sent = await page.evaluate(() => fetch('https://example.invalid/')
		.then(() => 'sent', () => 'not sent'));
	await context.route('**/state.json', turnAround);
	await page.reload();
	await page.waitForFunction(() =>
		document.getElementById('profiles').innerText.includes('turned'));
	const turned = await page.innerText('body');
	row('what turns text around is shown as a mark', !turned.includes('\u202e') &&
		turned.includes('\ufffd<i>turned</i>\ufffd'), turned);
	row('nothing can be sent elsewhere', sent === 'not sent' &&
		seen.wrong.some((w) => /Content Security Policy/.test(w)),
	`${sent}: ${seen.wrong.join('; ')}`);
	await context.close();
};

const rowsStrangers = async () => {
	let { page, context } = await open(url);
	row('without a token: what to do',
		/does not know you/.test(await text(page, 'problem')),
		await text(page, 'problem'));
	row('and no window asks for a password',
		await text(page, 'profiles') === '', '');
	await page.evaluate((t) => { location.hash = t; }, token);
	await page.waitForFunction(() =>
		document.getElementById('profiles').innerText.includes('seven'));
	row('the token can come later', page.url() === url, page.url());
	await context.close();

	({ page, context } = await open(`file://${file}`));
	await page.waitForURL(url);
	await page.waitForFunction(() =>
		document.getElementById('profiles')?.innerText.includes('seven'));
	row('the file leads there', page.url() === url, page.url());
	await context.close();

	// A page of another origin, which knows the token even.
	const other = http.createServer((req, res) => {
		res.setHeader('Content-Type', 'text/html');
		res.end(`<iframe src="${url}"></iframe><script src="${url}page.js">
			</script><title>other</title>`);
	}).listen(0, '127.0.0.1');
	await once(other, 'listening');
	const foreign = await browser.newPage();
	await foreign.goto(`http://localhost:${other.address().port}/`);
	const got = await foreign.evaluate(([at, t]) => fetch(`${at}state.json`,
		{ headers: { Authorization: `Bearer ${t}` } })
		.then((a) => a.text(), () => 'nothing'), [url, token]);
	row('another page reads nothing', got === 'nothing', got);
	row('nor has it in a frame', await foreign.frames().every((f) =>
		!f.url().startsWith(url)), '');
	await foreign.close();
	other.close();
};

// Contrast as WCAG 2.2 has it, of each text against what is behind it.
const contrasts = () => {
	const parse = (c) => (c.match(/[\d.]+/g) ?? []).map(Number);
	const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
		.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c.length === 3 || c[3] > 0) return c;
		}
		return [255, 255, 255];
	};
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const low = [];
	while (walker.nextNode()) {
		const e = walker.currentNode.parentElement;
		if (!walker.currentNode.data.trim() || e.closest('noscript, [hidden]'))
			continue;
		const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5)
			low.push(`${ratio.toFixed(2)}: ${walker.currentNode.data.trim()}`);
	}
	return low;
};

const rowsAccess = async () => {
	for (const colorScheme of ['light', 'dark'])
		for (const width of [1280, 800, 320]) {
			const name = `${colorScheme}, ${width} pixels`;
			const { page, context } = await open(`${url}#${token}`, {
				colorScheme, viewport: { width, height: 900 } });
			const low = await page.evaluate(contrasts);
			row(`${name}: contrast`, low.length === 0, low.join('; '));
			const wide = await page.evaluate(() =>
				document.documentElement.scrollWidth - innerWidth);
			row(`${name}: nothing is wider than the window`, wide <= 0, wide);
			await page.screenshot({ fullPage: true,
				path: `${PICTURES}/gateway-${colorScheme}-${width}.png` });
			await context.close();
		}
	// 400 % of 1280 pixels are 320; letters alone at 200 %.
	const { page, context } = await open(`${url}#${token}`);
	await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
	row('letters of twice the size', await page.evaluate(() =>
		document.documentElement.scrollWidth - innerWidth) <= 0, '');
	await context.close();
};

const rowsKeyboard = async () => {
	const { page, context } = await open(`${url}#${token}`);
	const focused = () => page.evaluate(() => {
		const e = document.activeElement;
		return e.id || e.className || e.tagName;
	});
	await page.keyboard.press('Tab');
	row('the first is a way past the head', await focused() === 'skip',
		await focused());
	await page.keyboard.press('Enter');
	row('which leads to the profiles', await focused() === 'profiles-head',
		await focused());
	await page.focus('#pause');
	await page.keyboard.press('Space');
	row('the key pauses', await page.getAttribute('#pause', 'aria-pressed') ===
		'true', '');
	const looked = () => page.evaluate(() =>
		document.documentElement.dataset.looked);
	const before = await looked();
	await page.keyboard.press('Enter');
	await page.waitForFunction((n) =>
		document.documentElement.dataset.looked !== n, before);
	row('and goes on', await looked() > before, '');
	row('headings in their order', await page.evaluate(() =>
		[...document.querySelectorAll('h1, h2, h3')].map((h) => h.tagName)
			.join(' ')) === 'H1 H2 H2 H2 H2 H2 H2', '');
	row('each table has heads and a name', await page.evaluate(() =>
		[...document.querySelectorAll('table')].every((t) =>
			t.querySelector('thead th[scope=col]') &&
			t.querySelector('tbody th[scope=row]') &&
			document.getElementById(t.getAttribute('aria-labelledby')))), '');
	row('a language, a title', await page.evaluate(() =>
		document.documentElement.lang === 'en' && document.title !== ''), '');
	await context.close();
};

try {
	await rowsShown();
	await rowsHostile();
	await rowsStrangers();
	await rowsAccess();
	await rowsKeyboard();
} catch (error) {
	row('the test', false, error.stack);
}
await browser.close();
finish(dir);
