// SPDX-License-Identifier: BSD-2-Clause
//
// The trial of refresh tokens that rotate: many programs share a few logins at a
// provider without leeway (logins.mjs), each signature needs a refresh (rotate.c),
// and all the time one of them is killed, or stopped for a while.  Between them and the
// provider stands a proxy that takes down who sent which token, what became of
// it, and when.
//
//	PEER_DIR	where node_modules lies
//	BUILD		where apam was built (default build)
//	NAMES		logins (default 16)
//	PROGRAMS	that share them (default 64)
//	ROTATIONS	refreshes to make (default 400)
//	KILLS		kill -9 in that time (default 100)
//	SECONDS		ends it sooner (default 600)
//
// A refresh token is lost if it was sent twice and the provider ended its grant.
// What kill -9 can do there is one thing: the provider has taken a token, and the
// program that sent it was killed before its successor was on the disk.  Each
// loss is held against that: the first sender's program was killed between its
// request and WINDOW_MS after the answer had left, and nobody ever sent the
// successor.  Anything else is a fault.  Each loss must be told as a login that is
// needed, with its reason; then the trial logs in again.
//
// Prints what it saw; ends with 0 where there was no fault.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { visit } from './person.mjs';

const env = process.env;
const number = (name, otherwise) => Number(env[name] ?? otherwise);
const BUILD = resolve(env.BUILD ?? 'build');
const NAMES = number('NAMES', 16);
const PROGRAMS = number('PROGRAMS', 64);
const ROTATIONS = number('ROTATIONS', 400);
const KILLS = number('KILLS', 100);
const SECONDS = number('SECONDS', 600);
const WINDOW_MS = number('WINDOW_MS', 2000);
const STOP_EVERY = 25;	// kills: a program is stopped instead of killed
const STOP_MS = 300;

const dir = mkdtempSync(`${tmpdir()}/apam-trial-`);
const now = () => performance.now();
const random = (n) => Math.floor(Math.random() * n);
const delay = (ms) => new Promise((done) => { setTimeout(done, ms); });
const faults = [];
const fault = (text) => {
	faults.push(text);
	console.log(`FAULT ${text}`);
};

// ---- The provider and the proxy before it ------------------------------------

const tokens = new Map();	// refresh token -> { name, sent: [], successor }
const kills = new Map();	// program -> times
const told = { rotations: 0, sendings: 0, losses: 0, resent: 0, aborted: 0,
	logins: 0 };
let provider, upstream;

const known = (token) => {
	if (!tokens.has(token)) tokens.set(token, { sent: [] });
	return tokens.get(token);
};

// What became of one sending; `at` when the request came, `left` when all of
// the answer had been written.
const note = (form, at) => {
	const token = form.get('refresh_token');
	const sending = { program: form.get('program'), at, token };
	known(token).sent.push(sending);
	told.sendings += 1;
	if (known(token).sent.length > 1) told.resent += 1;
	return sending;
};

const learn = (sending, status, text) => {
	const answer = JSON.parse(text);
	sending.status = status;
	sending.error = answer.error;
	if (status !== 200) return;
	told.rotations += 1;
	known(sending.token).successor = answer.refresh_token;
};

const body = async (stream) => {
	const parts = [];
	for await (const part of stream) parts.push(part);
	return Buffer.concat(parts);
};

const ask = async (req, sent) => {
	const to = http.request({
		host: '127.0.0.1', port: upstream, method: req.method,
		path: req.url, headers: req.headers,
	});
	to.end(sent);
	const [res] = await once(to, 'response');
	return { res, text: await body(res) };
};

const forward = async (req, res) => {
	const at = now();
	const sent = await body(req);
	const form = new URLSearchParams(`${sent}`);
	const refreshes = form.get('grant_type') === 'refresh_token';
	const sending = refreshes ? note(form, at) : undefined;

	// Also where the program is gone before there is an answer.
	if (sending) {
		res.on('close', () => {
			sending.left = now();
			told.aborted += res.writableFinished ? 0 : 1;
		});
	}

	// Moments to be killed in, on both sides of the provider.
	if (refreshes) await delay(random(4));
	const { res: answer, text } = await ask(req, sent);
	if (sending) {
		learn(sending, answer.statusCode, text);
		await delay(random(4));
	}
	res.writeHead(answer.statusCode, answer.headers).end(text);
};

const proxy = http.createServer((req, res) => {
	forward(req, res).catch((err) => {
		fault(`the proxy: ${err.message}`);
		res.destroy();
	});
});
proxy.listen(0, '127.0.0.1');
await once(proxy, 'listening');
const origin = `http://127.0.0.1:${proxy.address().port}`;

const startProvider = async () => {
	provider = spawn(process.execPath,
		[fileURLToPath(new URL('logins.mjs', import.meta.url))], {
			env: { ...env, PEER_ISSUER: origin },
			stdio: ['ignore', 'pipe', 'ignore'],
		});
	const [line] = await once(createInterface(provider.stdout), 'line');
	upstream = Number(new URL(line.split(' ')[1]).port);
};

// ---- Programs -----------------------------------------------------------------

const conf = `${dir}/apam.conf`;
const nameOf = (program) => program % NAMES;

const configure = () => {
	mkdirSync(`${dir}/apam.d`);
	mkdirSync(`${dir}/state`);
	writeFileSync(conf, `module_dir = "${BUILD}/modules";
profile_dir = "${dir}/apam.d"; state_dir = "${dir}/state"; audit = "file";\n`);
	for (let i = 0; i < PROGRAMS; i += 1) {
		writeFileSync(`${dir}/apam.d/p${i}.conf`,
			`origins = [ "${origin}/p${i}" ]; allow_http = true;
auth = ( { scheme = "oauth2-refresh-token"; client_id = "public";
  token_url = "${origin}/token"; device_url = "${origin}/device/auth";
  scope = [ "openid", "offline_access" ];
  extra = { program = "${i}"; };
  refresh_token = "store:n${nameOf(i)}"; } );\n`);
	}
};

// By the public calls, with a person who opens the page.
const logIn = async (name) => {
	const login = spawn(`${BUILD}/peers/log_in`, [conf, `p${name}`, 'code'],
		{ stdio: ['ignore', 'pipe', 'ignore'] });
	let last = '', visited;
	login.stdout.on('data', (data) => {
		last += data;
		const url = /^show (\S+) /m.exec(last)?.[1];
		if (url && !visited) visited = visit(url);
	});
	const [status] = await once(login, 'close');
	await visited;
	if (status !== 0) throw new Error(`log_in: ${status}: ${last}`);
	told.logins += 1;
};

const running = new Map();	// program -> child
const needs = new Map();	// name -> the login that goes on
const others = new Map();	// what programs said besides -> how often
const reasons = [];		// of logins that were needed
let over = false;

const said = (program, line) => {
	if (line === 'ok') return;
	const name = nameOf(program);
	if (!line.startsWith('login ')) {
		others.set(line, (others.get(line) ?? 0) + 1);
		return;
	}
	if (needs.has(name) || over) return;
	reasons.push(line);
	needs.set(name, logIn(name)
		.catch((err) => fault(`name ${name}: ${err.message}`))
		.finally(() => needs.delete(name)));
};

const start = (program) => {
	const child = spawn(`${BUILD}/peers/rotate`,
		[conf, `p${program}`, `${origin}/p${program}`],
		{ stdio: ['ignore', 'pipe', 'ignore'] });
	running.set(program, child);
	createInterface(child.stdout).on('line', (line) => said(program, line));
	child.on('exit', (status, signal) => {
		running.delete(program);
		if (over) return;
		if (signal !== 'SIGKILL') fault(`program ${program} ended: ${status}`);
		start(program);
	});
};

const kill = (program, child) => {
	child.kill('SIGKILL');
	if (!kills.has(program)) kills.set(program, []);
	kills.get(program).push(now());
};

const disturb = (count) => {
	const program = random(PROGRAMS);
	const child = running.get(program);
	if (!child) return false;
	if (count % STOP_EVERY === 0) {
		child.kill('SIGSTOP');
		setTimeout(() => child.kill('SIGCONT'), STOP_MS);
	}
	else {
		kill(program, child);
	}
	return true;
};

// ---- The verdict ----------------------------------------------------------------

let latest = 0;

// Why this token was lost; nothing: as kill -9 may do it.
const wrong = ({ sent, successor }) => {
	const [first] = sent.filter(({ status }) => status === 200);
	if (!first) return 'its first sending was refused';
	if (successor && tokens.has(successor)) {
		return 'its successor was sent, and yet it came again';
	}
	const killed = (kills.get(Number(first.program)) ?? []).find((at) =>
		at >= first.at - 50 && at <= first.left + WINDOW_MS);
	if (!killed) {
		const near = (kills.get(Number(first.program)) ?? [])
			.map((at) => (at - first.at).toFixed(0))
			.sort((a, b) => Math.abs(a) - Math.abs(b))[0];
		return `nobody killed program ${first.program}, who sent it ` +
			`(the nearest kill came ${near} ms after its request)`;
	}
	latest = Math.max(latest, killed - first.left);
	return undefined;
};

const judge = () => {
	for (const token of tokens.values()) {
		if (token.sent.some(({ error }) => error === 'invalid_grant')) {
			told.losses += 1;
			const why = wrong(token);
			if (why) fault(`a token was lost: ${why}`);
		}
	}
	// Some say it once more, for a program sees a login within a second.
	if (told.losses > reasons.length) {
		fault(`${told.losses} losses, but ${reasons.length} were told`);
	}
	for (const reason of reasons) {
		if (!/invalid_grant/.test(reason)) fault(`no reason: ${reason}`);
	}
};

const finish = async () => {
	over = true;
	await Promise.all(needs.values());
	for (const [program, child] of running) kill(program, child);
	while (running.size > 0) await delay(10);
};

// Everybody can sign at the end: what is lost is found out, and logged in again.
const last = async () => {
	for (let name = 0; name < NAMES; name += 1) {
		for (let tries = 0; tries < 3; tries += 1) {
			const once_ = spawn(`${BUILD}/peers/rotate`,
				[conf, `p${name}`, `${origin}/p${name}`, '1'],
				{ stdio: ['ignore', 'pipe', 'ignore'] });
			const text = `${await body(once_.stdout)}`;
			if (text === 'ok\n') break;
			if (tries === 2) fault(`name ${name} at the end: ${text}`);
			if (text.startsWith('login ')) {
				reasons.push(text);
				await logIn(name);
			}
		}
	}
};

const began = now();
let count = 0;
try {
	await startProvider();
	configure();
	await Promise.all(Array.from({ length: NAMES }, (_, name) => logIn(name)));
	const started = now();
	for (let i = 0; i < PROGRAMS; i += 1) start(i);
	while (told.rotations < ROTATIONS && now() - began < 1000 * SECONDS &&
		faults.length < 20) {
		await delay(1 + random(8));
		if (count < KILLS * told.rotations / ROTATIONS && disturb(count)) {
			count += 1;
		}
	}
	const seconds = (now() - started) / 1000;
	await finish();
	await last();
	judge();
	const stops = Math.ceil(count / STOP_EVERY);
	console.log(`${NAMES} logins, ${PROGRAMS} programs: ${told.rotations} ` +
		`rotations, ${count - stops} kills, ${stops} stops in ` +
		`${seconds.toFixed(0)} s (${(told.rotations / seconds).toFixed(0)}/s)`);
	console.log(`${told.sendings} sendings, ${told.resent} of a token that ` +
		`had been sent before, ${told.aborted} answers that nobody took`);
	console.log(`${told.losses} lost where nothing can help, ` +
		`${reasons.length} told as a login that is needed, ` +
		`${latest.toFixed(0)} ms at most from the answer to the kill`);
	for (const [line, times] of others) console.log(`${times} x ${line}`);
} catch (err) {
	fault(err.stack);
} finally {
	over = true;
	for (const child of running.values()) child.kill('SIGKILL');
	provider?.kill();
	proxy.close();
	if (faults.length > 0 && env.KEEP) console.log(`kept: ${dir}`);
	else rmSync(dir, { recursive: true, force: true });
}
console.log(faults.length === 0 ? 'passed' : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
