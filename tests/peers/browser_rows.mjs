// SPDX-License-Identifier: BSD-2-Clause
//
// `apam login` as people have it: the program, a provider that nobody here wrote
// (logins.mjs), and a real browser (Chromium, without a window) that the program
// opens and that somebody clicks in.
//
//	PEER_DIR	where node_modules lies
//	BUILD		where apam was built (default build)
//	BROWSER_PROGRAM	the browser (default /usr/bin/chromium)
//
// Pictures of the pages go to BUILD/peers/pages.  Prints each failing row; ends
// with "N passed, N failed".
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';

import { BUILD, finish, makeFolder, row, startPeer } from './rows.mjs';

const require = createRequire(`${process.env.PEER_DIR}/`);
const { chromium } = require('playwright-core');
const PICTURES = `${BUILD}/peers/pages`;
const WAIT_MS = 30000;
const dir = makeFolder('browser');

// ---- What the program opens ----------------------------------------------------

// $BROWSER: tells this test the address.
const opener = http.createServer((req, res) => {
	res.end();
	opener.emit('opened', decodeURIComponent(req.url.slice(1)));
});
opener.listen(0, '127.0.0.1');
await once(opener, 'listening');
writeFileSync(`${dir}/browser`, `#!/bin/sh
exec ${process.execPath} -e 'fetch("http://127.0.0.1:${opener.address().port}/" +
encodeURIComponent(process.argv[1]))' "$1"\n`, { mode: 0o755 });

const freePort = async () => {
	const server = http.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
};

// ---- The program ---------------------------------------------------------------

// What a program says and ends with; until(regex) waits for its words.
class Run {
	text = '';

	constructor(program, args) {
		this.child = spawn(program, args, {
			env: { ...process.env, BROWSER: `${dir}/browser`, DISPLAY: ':fake' },
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		for (const from of [this.child.stdout, this.child.stderr]) {
			from.on('data', (data) => {
				this.text += data;
				this.child.emit('said');
			});
		}
		this.ended = once(this.child, 'close');
	}

	async until(regex) {
		while (!regex.test(this.text)) {
			if (this.child.exitCode !== null) throw new Error(this.text);
			await Promise.race([once(this.child, 'said'), this.ended]);
		}
		return regex.exec(this.text);
	}

	async end() {
		const [code, signal] = await this.ended;
		return signal ?? code;
	}
}

const words = (args) => ['-c', `${dir}/apam.conf`, ...args];
const apam = (...args) => new Run(`${BUILD}/apam`, words(args));
const onTerminal = (...args) => new Run('script', ['-qefc',
	[`${BUILD}/apam`, ...words(args)].join(' '), '/dev/null']);

// The program ends like this, and its words have these in them.
const ends = async (name, run, code, regex) => {
	const status = await run.end();
	row(name, status === code && regex.test(run.text),
		`status ${status}: ${run.text}`);
};

const profile = (name, origin, options) =>
	writeFileSync(`${dir}/apam.d/${name}.conf`,
		`origins = [ "${origin}" ]; allow_http = true;
auth = ( { scheme = "oauth2-refresh-token"; ${options}
  refresh_token = "store:${name}"; } );\n`);

const record = (name) =>
	readFileSync(`${dir}/state/secrets/${process.getuid()}/${name}`, 'utf8');
const signs = async (name, url) => {
	const run = apam('headers', name, url);
	return await run.end() === 0 && /^Authorization: Bearer \S+$/m.test(run.text);
};

// ---- The person ----------------------------------------------------------------

const browser = await chromium.launch({
	executablePath: process.env.BROWSER_PROGRAM ?? '/usr/bin/chromium',
	// Chromium refuses to run as root in its sandbox; tests may be root.
	args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});

// A window of nobody who has been here before; nothing leaves the machine.
const openWindow = async (url, options = {}) => {
	const context = await browser.newContext({
		viewport: { width: 800, height: 500 }, ...options });
	context.setDefaultTimeout(WAIT_MS);
	await context.route((to) => to.hostname !== '127.0.0.1',
		(route) => route.abort());
	const page = await context.newPage();
	await page.goto(url);
	return page;
};
const picture = (page, name) =>
	page.screenshot({ path: `${PICTURES}/${name}.png` });

const signIn = async (page) => {
	await page.fill('input[name=login]', 'somebody');
	await page.fill('input[name=password]', 'fake-password');
	await page.click('button[type=submit]');
	await page.waitForSelector('input[value=consent]', { state: 'attached' });
};
const agree = (page) => page.click('button[type=submit]');
const deny = (page) => page.click('a[href$="/abort"]');

// Log in by a browser up to the page that asks for consent.
const begin = async (name, ...more) => {
	const opened = once(opener, 'opened');
	const run = apam('login', name, '--browser', ...more);
	const [url] = await Promise.race([opened, run.ended.then(() => {
		throw new Error(run.text);
	})]);
	const page = await openWindow(url);
	await signIn(page);
	return { run, page, url };
};

const pageSays = async (name, page, regex) => {
	await page.waitForSelector('h1');
	const text = await page.innerText('body');
	row(`${name}: the page`, regex.test(text), text);
};

// ---- Rows ----------------------------------------------------------------------

const GOOD = /You are logged in\s+You can close this page/;
const BAD = /The login has failed\s+The terminal where apam runs says why/;

const rowsBrowser = async (origin) => {
	let { run, page, url } = await begin('web');
	await picture(page, 'consent');
	await agree(page);
	await ends('a browser', run, 0, /web: logged in; the secret is in store:web/);
	await pageSays('a browser', page, GOOD);
	await picture(page, 'done');
	row('the page has no script', !/<script/i.test(await page.content()), '');
	row('PKCE by S256', /code_challenge_method=S256/.test(url), url);
	row('it signs', await signs('web', `${origin}/web`), '');
	await page.reload().catch(() => undefined);
	row('the address is good once', !/You are logged in/.test(
		await page.innerText('body')), await page.innerText('body'));

	({ run, page } = await begin('web'));
	await deny(page);
	await ends('denied', run, 1, /access_denied.*(\n.*)*begins anew/);
	await pageSays('denied', page, BAD);
	await picture(page, 'denied');
	row('denied: the earlier login holds', await signs('web', `${origin}/web`), '');
};

const rowsForged = async (origin) => {
	const forged = [
		['another issuer', 'iss', 'the browser came back from another issuer'],
		['another code', 'code', 'invalid_grant'],
	];
	for (const [name, parameter, why] of forged) {
		const { run, page } = await begin('web');
		await fetch(`${origin}/control/change?${parameter}=https%3A%2F%2Fa`,
			{ method: 'POST' });
		await agree(page);
		await ends(name, run, 1, new RegExp(why));
		await pageSays(name, page, BAD);
		await picture(page, name.replace(' ', '-'));
	}
	// What does not belong to this login ends none.
	const { run, page, url } = await begin('web');
	await fetch(`${origin}/control/change?state=https%3A%2F%2Fa`,
		{ method: 'POST' });
	await agree(page);
	await pageSays('another state', page, /This is not the way back/);
	await picture(page, 'another-state');
	await page.goto(url);
	await page.waitForSelector('input[value=consent]', { state: 'attached' });
	await agree(page);
	await ends('another state, and then its own', run, 0, /web: logged in/);
	row('forged: the earlier login holds', await signs('web', `${origin}/web`), '');
};

const rowsInterrupted = async () => {
	const before = record('web');
	let { run, page } = await begin('web', '--timeout', '6');
	await page.close();
	await ends('the window is closed', run, 4, /in time|too late/);
	row('closed: nothing is changed', record('web') === before, record('web'));

	({ run, page } = await begin('web'));
	run.child.kill('SIGINT');
	await ends('Ctrl-C', run, 'SIGINT', /nothing was changed/);
	await agree(page).catch(() => undefined);
	await page.waitForURL(/^chrome-error:/).catch(() => undefined);
	row('Ctrl-C: nobody listens', /^chrome-error:/.test(page.url()), page.url());
	row('Ctrl-C: nothing is changed', record('web') === before, record('web'));

	const port = `${await freePort()}`;
	({ run, page } = await begin('web', '--port', port));
	await ends('the port is taken',
		apam('login', 'web', '--browser', '--port', port), 4,
		/cannot listen on port.*(\n.*)*--port/);
	await agree(page);
	await ends('who has the port goes on', run, 0, /logged in/);
};

// A browser of another machine: whatever is not the provider is out of its reach.
const rowsPasted = async (origin) => {
	const run = onTerminal('login', 'web', '--no-browser');
	const [, url] = await run.until(/ (http:\S+)[^]*an error: $/);
	const page = await openWindow(url, { proxy: {
		server: `http://127.0.0.1:${await freePort()}`,
		bypass: new URL(origin).host } });
	const gone = page.context().waitForEvent('requestfailed',
		(to) => to.url().includes('code='));
	await signIn(page);
	await agree(page).catch(() => undefined);
	const back = (await gone).url();
	run.child.stdin.write(`${back}\n`);
	await ends('a pasted address', run, 0, /web: logged in/);

	const other = onTerminal('login', 'web', '--no-browser');
	await other.until(/an error: $/);
	other.child.stdin.write('\x03');
	await ends('Ctrl-C on a terminal', other, 130, /nothing was changed/);
};

const beginCode = async (name, ...more) => {
	const run = apam('login', name, '--device', ...more);
	const [, url, code] = await run.until(/ (http:\S+)[^]*Code: +(\S+)/);
	return { run, url, code };
};

// The address has the code in it, and its page sends that by itself.
const compareCode = async (url, code) => {
	const page = await openWindow(url);
	await page.waitForSelector('button[name=abort]');
	const text = await page.innerText('body');
	row('the page has the code', text.includes(code), text);
	return page;
};

const rowsCode = async (origin) => {
	let { run, url, code } = await beginCode('web');
	let page = await compareCode(url, code);
	await picture(page, 'code');
	await agree(page);
	await signIn(page);
	await fetch(`${origin}/control/slow`, { method: 'POST' });
	await agree(page);
	await ends('a code, and slow_down', run, 0, /web: logged in/);
	row('a code: it signs', await signs('web', `${origin}/web`), '');

	({ run, url, code } = await beginCode('web'));
	page = await compareCode(url, code);
	await page.click('button[name=abort]');
	await ends('a code is denied', run, 1, /access_denied.*(\n.*)*begins anew/);
	row('denied: it still signs', await signs('web', `${origin}/web`), '');
};

const rowsExpiry = async () => {
	const { child, origin } = await startPeer('logins.mjs', { PEER_CODE_TTL: '6' });
	profile('late', origin, `issuer = "${origin}"; client_id = "public";`);
	const { run } = await beginCode('late');
	await ends('a code has expired', run, 1, /expired.*(\n.*)*begins anew/);
	child.kill();
};

// What the provider says of the refresh token that is kept (RFC 7662).
const isActive = async (origin, token) => {
	const answer = await fetch(`${origin}/token/introspection`, {
		method: 'POST',
		body: new URLSearchParams({ token, client_id: 'public' }),
	});
	return (await answer.json()).active;
};

// What comes after a login: requests, what is said of it, and its end.
const rowsAfter = async (origin) => {
	const request = () => apam('request', 'web', `${origin}/me`);
	await ends('a request', request(), 0, /"sub"/);
	await ends('status says when it was stored', apam('--json', 'status', 'web'), 0,
		/"stored": \{[^}]*"at": "20\d\d-\d\d-\d\dT/);
	const [, token] = /^secret \d+\n(\S+)/m.exec(record('web'));
	row('the provider has the login', await isActive(origin, token) === true, '');
	await ends('logout', apam('logout', 'web'), 0, /web: logged out/);
	row('it is revoked there', await isActive(origin, token) === false, '');
	await ends('then a request', request(), 1,
		/somebody has to log in again: logged out[^]*run `apam login web`/);
	await ends('then status', apam('status', 'web'), 0, /login needed.*logged out/);
};

mkdirSync(PICTURES, { recursive: true });
const { child, origin } = await startPeer('logins.mjs', {});
profile('web', origin, `issuer = "${origin}"; client_id = "public";
  scope = [ "openid", "offline_access" ];`);
try {
	await rowsBrowser(origin);
	await rowsForged(origin);
	await rowsInterrupted();
	await rowsPasted(origin);
	await rowsCode(origin);
	await rowsExpiry();
	await rowsAfter(origin);
} catch (err) {
	row('the test', false, err.stack);
}
child.kill();
await browser.close();
opener.close();
finish(dir);
