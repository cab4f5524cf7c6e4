// SPDX-License-Identifier: BSD-2-Clause
//
// People log in at oidc-provider (logins.mjs), by a code and by a browser, and
// programs refresh with what that brings; what comes back wrong is refused.
//
//	PEER_DIR	where node_modules lies
//	BUILD		where apam was built (default build)
//
// Prints each failing row; ends with "N passed, N failed".
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createInterface } from 'node:readline';

import { visit } from './person.mjs';
import { BUILD, finish, makeFolder, row, startPeer } from './rows.mjs';

const BACK = 'http://127.0.0.1:45678/callback';	// nobody listens there
const dir = makeFolder('logins');
const conf = `${dir}/apam.conf`;
const startProvider = (more) => startPeer('logins.mjs', more);

const profile = (name, origin, options) =>
	writeFileSync(`${dir}/apam.d/${name}.conf`,
		`origins = [ "${origin}/${name}" ]; allow_http = true;
auth = ( { scheme = "oauth2-refresh-token"; issuer = "${origin}";
  scope = [ "openid", "offline_access" ]; ${options}
  refresh_token = "store:${name}"; } );\n`);

// Log in; `person` is given what is shown, and says what the browser brings.
const logIn = async (name, way, person) => {
	const args = [conf, name, way, ...(way === 'browser' ? [BACK] : [])];
	const child = spawn(`${BUILD}/peers/log_in`, args,
		{ stdio: ['pipe', 'pipe', 'ignore'] });
	let last = '';
	for await (const line of createInterface(child.stdout)) {
		last = line;
		const url = /^(?:show|redirect) (\S+)/.exec(line)?.[1];
		const back = url ? await person(url) : undefined;
		if (back) child.stdin.write(`${back}\n`);
	}
	return last;
};

const rotates = async (name, origin, times = 3) => {
	const child = spawn(`${BUILD}/peers/rotate`,
		[conf, name, `${origin}/${name}`, `${times}`],
		{ stdio: ['ignore', 'pipe', 'ignore'] });
	let text = '';
	for await (const data of child.stdout) text += data;
	row(`${name} refreshes`, text.split(/ ok\n/).length === times + 1 &&
		/^([\d.]+ ok\n)+$/.test(text), text);
};

const agree = async (url) => { await visit(url); };
const comeBack = (change) => async (url) =>
	change(`${(await visit(url)).url}`);

const rowsCode = async (origin) => {
	profile('code', origin, 'client_id = "public";');
	profile('secret', origin, `client_id = "confidential";
  client_secret = "file:${dir}/secret"; client_auth = "basic";`);
	profile('registered', origin, '');
	let last = await logIn('code', 'code', agree);
	row('a code', last === 'done store:code', last);
	await rotates('code', origin);
	last = await logIn('secret', 'code', agree);
	row('a code, and a client with a secret', last.startsWith('done '), last);
	await rotates('secret', origin);
	last = await logIn('code', 'code', async (url) => {
		await visit(url, { deny: true });
	});
	row('denied', last.startsWith('failed APAM_E_DENIED access_denied'), last);
	await rotates('code', origin);	// the earlier login is as it was
	last = await logIn('code', 'code', async (url) => {
		await fetch(`${origin}/control/slow`, { method: 'POST' });
		setTimeout(() => visit(url), 6000);
	});
	row('slow_down', last.startsWith('done '), last);
};

const rowsBrowser = async (origin) => {
	profile('browser', origin, 'client_id = "public";');
	const wrong = [
		['another state', (url) => url.replace(/state=[^&]*/, 'state=x'),
			'APAM_E_DENIED login page: the browser came back from another login'],
		['another issuer', (url) => url.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fa'),
			'APAM_E_DENIED login page: the browser came back from another issuer'],
		['no issuer', (url) => url.replace(/&iss=[^&]*/, ''),
			'APAM_E_DENIED login page: the browser came back without the issuer'],
		['another code', (url) => url.replace(/code=[^&]*/, 'code=x'),
			'APAM_E_DENIED token endpoint: invalid_grant'],
	];
	for (const [name, change, why] of wrong) {
		const last = await logIn('browser', 'browser', comeBack(change));
		row(name, last.startsWith(`failed ${why}`), last);
	}
	let last = await logIn('browser', 'browser', async (url) =>
		(await visit(url, { deny: true })).url);
	row('denied in a browser', /DENIED.*access_denied/.test(last), last);
	last = await logIn('browser', 'browser', comeBack((url) => url));
	row('a browser', last === 'done store:browser', last);
	await rotates('browser', origin);
	last = await logIn('registered', 'browser', comeBack((url) => url));
	row('a client that is registered', last.startsWith('done '), last);
	await rotates('registered', origin);
};

// Five programs find the same token expired, at a provider without leeway: one
// asks, all go on, and nobody has to log in.
const rowsTogether = async () => {
	const { child, origin } = await startProvider({ PEER_TTL: '2' });
	profile('together', origin, 'client_id = "public";');
	const last = await logIn('together', 'code', agree);
	row('a login for five', last.startsWith('done '), last);
	await rotates('together', origin);
	await new Promise((done) => { setTimeout(done, 2500); });
	await Promise.all(Array.from({ length: 5 }, () =>
		rotates('together', origin)));
	await rotates('together', origin);
	child.kill();
};

// A proxy that holds the first request back while another program rotates the
// token, and then says what a provider without reuse detection does.
const overtaken = async (origin, name) => {
	const seen = { refused: 0, passed: 0 };
	const proxy = http.createServer(async (req, res) => {
		const parts = [];
		for await (const part of req) parts.push(part);
		if (seen.refused === 0) {
			seen.refused = 1;
			rmSync(`${dir}/state/secrets/${process.getuid()}/${name}.lock`);
			await rotates(name, `${seen.origin}`, 1);
			res.writeHead(400, { 'content-type': 'application/json' })
				.end('{"error":"invalid_grant"}');
			return;
		}
		if (`${Buffer.concat(parts)}`.includes('grant_type=refresh_token')) {
			seen.passed += 1;
		}
		const to = http.request(`${origin}${req.url}`, {
			method: req.method, headers: req.headers,
		});
		to.end(Buffer.concat(parts));
		const [answer] = await once(to, 'response');
		res.writeHead(answer.statusCode, answer.headers);
		answer.pipe(res);
	});
	proxy.listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	seen.origin = `http://127.0.0.1:${proxy.address().port}`;
	return { seen, proxy };
};

// The lock of one was taken from it, and its token rotated meanwhile: it reads
// again, and goes on with one request.
const rowsOvertaken = async () => {
	const { child, origin } = await startProvider({});
	const { seen, proxy } = await overtaken(origin, 'overtaken');
	seen.refused = -1;
	writeFileSync(`${dir}/apam.d/overtaken.conf`,
		`origins = [ "${seen.origin}/overtaken" ]; allow_http = true;
auth = ( { scheme = "oauth2-refresh-token"; client_id = "public";
  token_url = "${seen.origin}/token"; device_url = "${seen.origin}/device/auth";
  scope = [ "openid", "offline_access" ]; refresh_token = "store:overtaken"; } );\n`);
	const last = await logIn('overtaken', 'code', async (url) => {
		await visit(url.replace(seen.origin, origin));
	});
	row('a login for one that is overtaken', last.startsWith('done '), last);
	seen.refused = 0;
	await rotates('overtaken', seen.origin, 1);
	row('one request of each', seen.passed === 2, `${seen.passed}`);
	await rotates('overtaken', seen.origin);
	proxy.close();
	child.kill();
};

const rowsExpiry = async () => {
	const { child, origin } = await startProvider({ PEER_CODE_TTL: '6' });
	profile('late', origin, 'client_id = "public";');
	const last = await logIn('late', 'code', async () => undefined);
	row('a code that ends', last.startsWith('failed APAM_E_EXPIRED'), last);
	child.kill();
};

const { child, origin } = await startProvider({});
try {
	await rowsCode(origin);
	await rowsBrowser(origin);
	await rowsTogether();
	await rowsOvertaken();
	await rowsExpiry();
} catch (err) {
	row('the test', false, err.stack);
}
child.kill();
finish(dir);
