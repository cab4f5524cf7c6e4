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
//	REUSE		the profiles' `reuse` (default grace); strict: access tokens
//			live for two seconds, and no refresh token may come again before
//			that which came with it has ended
//	KEEP		keeps the files where there was a fault
//
// Each start of a program is a sender of its own, which the requests name.  A login
// is lost if the provider refuses a token of it.  What kill -9 can do there is one
// thing: a token was sent, and its sender was killed before the successor was on
// the disk.  That is shown by facts, not by a time within which things came:
//
//	- the token was sent by two senders, and the harness killed one of them
//	  before the request of the other came;
//	- the killed one did not end what it did with that token: it sent
//	  nothing later, and printed nothing later;
//	- nobody has sent the successor.  (Only where the killed one's request came
//	  to the provider after the other's, it may have been sent.)
//
// Anything else is a fault.  For each lost login the record of that name must say
// that somebody has to log in, and why, and `apam status` too; and no other record
// may say so.  Then the trial logs in again.
//
// Prints what it saw; ends with 0 where there was no fault.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
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
const REUSE = env.REUSE ?? 'grace';
const STOP_EVERY = 25;	// kills: a program is stopped instead of killed
const STOP_MS = 300;
const LAST_TRIES = REUSE === 'strict' ? 6 : 3;	// of a name, at the end

const dir = mkdtempSync(`${tmpdir()}/apam-trial-`);
// CLOCK_MONOTONIC, which programs print, too.
const now = () => Number(process.hrtime.bigint()) / 1e6;
const random = (n) => Math.floor(Math.random() * n);
const delay = (ms) => new Promise((done) => { setTimeout(done, ms); });
const faults = [];
const fault = (text) => {
	faults.push(text);
	console.log(`FAULT ${text}`);
};

// ---- The provider and the proxy before it ------------------------------------

const senders = new Map();	// "program.start" -> what is known of it
const tokens = new Map();	// refresh token -> { login, sent: [], successor }
const logins = [];		// { number, refused, told }
const told = { rotations: 0, sendings: 0, resent: 0, aborted: 0, late: 0 };
let provider, upstream;

// A token that a login brought begins another family.
const learnFirst = (token) => {
	const login = { number: logins.length };
	logins.push(login);
	tokens.set(token, { login, sent: [] });
};

// What became of one sending; `at` when the request came, `left` when all of
// the answer had been written, or its socket was closed.
const note = (form, at) => {
	const is = tokens.get(form.get('refresh_token'));
	const sender = senders.get(form.get('sender'));
	// The program began to send it after this.
	const since = sender?.printed ?? sender?.started;
	const sending = { sender, at, is, since };

	if (!is || !sender) {
		fault(`nobody knows ${form.get('sender')}, or the token it sent`);
		return undefined;
	}
	told.sendings += 1;
	if (is.sent.push(sending) > 1) {
		told.resent += 1;
		if (REUSE === 'strict' && at < is.ends) {
			fault(`${sender.id} sent a token again ${is.ends - at} ms before ` +
				'what came with it had ended');
		}
	}
	sender.latest = sending;
	return sending;
};

const learn = (sending, status, answer) => {
	sending.status = status;
	sending.answered = now();
	if (answer.error === 'invalid_grant') sending.is.login.refused = true;
	if (status !== 200) return;
	told.rotations += 1;
	sending.is.successor = answer.refresh_token;
	tokens.set(answer.refresh_token, {
		login: sending.is.login, sent: [],
		ends: sending.since + 1000 * answer.expires_in,
	});
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
	const grant = form.get('grant_type');
	const refreshes = grant === 'refresh_token';
	const sending = refreshes ? note(form, at) : undefined;

	// Also where the program is gone before there is an answer.
	if (sending) {
		res.on('close', () => {
			sending.left = now();
			sending.whole = res.writableFinished;
			told.aborted += sending.whole ? 0 : 1;
		});
	}

	// Moments to be killed in, on both sides of the provider.
	if (refreshes) await delay(random(4));
	const { res: answer, text } = await ask(req, sent);
	if (sending) {
		learn(sending, answer.statusCode, JSON.parse(text));
		await delay(random(4));
	}
	else if (grant && answer.statusCode === 200) {
		learnFirst(JSON.parse(text).refresh_token);
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
			env: {
				...env, PEER_ISSUER: origin,
				PEER_TTL: REUSE === 'strict' ? '2' : '600',
			},
			stdio: ['ignore', 'pipe', 'ignore'],
		});
	const [line] = await once(createInterface(provider.stdout), 'line');
	upstream = Number(new URL(line.split(' ')[1]).port);
};

// ---- Programs -----------------------------------------------------------------

const nameOf = (program) => program % NAMES;
const confOf = (program) => `${dir}/${program}/apam.conf`;
// Of each another one: programs take turns at a profile.
const profileOf = (program) => `p${program}`;

const configure = () => {
	mkdirSync(`${dir}/state`);
	for (let i = 0; i < PROGRAMS; i += 1) {
		mkdirSync(`${dir}/${i}/apam.d`, { recursive: true });
		writeFileSync(confOf(i), `module_dir = "${BUILD}/modules";
profile_dir = "${dir}/${i}/apam.d"; state_dir = "${dir}/state"; audit = "file";\n`);
		introduce(i);
	}
};

// The next start of a program: its requests name it.
const introduce = (program) => {
	const id = `${program}.${senders.size}`;
	const profile = `${dir}/${program}/apam.d/${profileOf(program)}.conf`;
	const sender = { id, program, started: now() };

	senders.set(id, sender);
	writeFileSync(`${profile}.new`, `origins = [ "${origin}/p" ]; allow_http = true;
auth = ( { scheme = "oauth2-refresh-token"; client_id = "public";
  token_url = "${origin}/token"; device_url = "${origin}/device/auth";
  scope = [ "openid", "offline_access" ];
  extra = { sender = "${id}"; }; reuse = "${REUSE}";
  refresh_token = "store:n${nameOf(program)}"; } );\n`);
	renameSync(`${profile}.new`, profile);
	return sender;
};

const rotate = (program, ...more) => spawn(`${BUILD}/peers/rotate`,
	[confOf(program), profileOf(program), `${origin}/p`, ...more],
	{ stdio: ['ignore', 'pipe', 'ignore'] });

// By the public calls, with a person who opens the page.
const logIn = async (name) => {
	const login = spawn(`${BUILD}/peers/log_in`,
		[confOf(name), profileOf(name), 'code'],
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
};

const running = new Map();	// program -> { child, sender }
const needs = new Map();	// name -> the login that goes on
const others = new Map();	// what programs said besides -> how often
let over = false;

// core/durable/durable_record.h
const record = (name) => {
	const text = readFileSync(
		`${dir}/state/secrets/${process.getuid()}/n${name}`, 'latin1');
	const of = (word) => new RegExp(`^${word} (.*)$`, 'm').exec(text)?.[1];
	const [head] = /^secret \d+\n/m.exec(text);
	const at = text.indexOf(head) + head.length;
	return {
		state: of('state'), reason: of('reason'),
		secret: text.slice(at, at + Number(of('secret'))),
	};
};

const status = async (program) => {
	const child = spawn(`${BUILD}/apam`,
		['status', '-c', confOf(program), profileOf(program)],
		{ stdio: ['ignore', 'pipe', 'ignore'] });
	return `${await body(child.stdout)}`;
};

// The record says which login is over; where it says nothing, there is another
// one already, which the program has not seen.
const tell = async (name) => {
	const is = record(name);
	const login = tokens.get(is.secret)?.login;

	if (is.state !== 'login') {
		told.late += 1;
		return;
	}
	if (!login || login.told) {
		fault(`name ${name}: the record has a token of no login, or of one ` +
			'that was told already');
		return;
	}
	login.told = is.reason;
	login.status = await status(name);
	await logIn(name);
};

const said = (sender, line) => {
	const [, at, what] = /^([\d.]+) (.*)$/.exec(line);
	const name = nameOf(sender.program);

	sender.printed = Number(at);
	if (what === 'ok') return;
	if (!what.startsWith('login ')) {
		const like = what.replace(/\d+ s\b/g, '... s');
		others.set(like, (others.get(like) ?? 0) + 1);
		return;
	}
	if (needs.has(name) || over) return;
	needs.set(name, tell(name)
		.catch((err) => fault(`name ${name}: ${err.message}`))
		.finally(() => needs.delete(name)));
};

const start = (program) => {
	const sender = introduce(program);
	const child = rotate(program);
	running.set(program, { child, sender });
	createInterface(child.stdout).on('line', (line) => said(sender, line));
	child.on('close', (code, signal) => {
		sender.signal = signal;
		running.delete(program);
		if (over) return;
		if (signal !== 'SIGKILL') fault(`program ${program} ended: ${code}`);
		start(program);
	});
};

// Noted before it is done, so that nothing it makes possible is older.
const kill = ({ child, sender }) => {
	sender.killed ??= now();
	child.kill('SIGKILL');
};

const disturb = (count) => {
	const program = random(PROGRAMS);
	const it = running.get(program);
	if (!it || it.sender.killed) return false;
	if (count % STOP_EVERY === 0) {
		it.child.kill('SIGSTOP');
		setTimeout(() => it.child.kill('SIGCONT'), STOP_MS);
	}
	else {
		kill(it);
	}
	return true;
};

// ---- The verdict ----------------------------------------------------------------

// Of the losses: killed before the provider answered, before its answer was
// written, or after; then so many ms later.
const killed = { asking: 0, waiting: 0, storing: 0, late: [] };

const tellOf = ({ sender, at, status: answer, left, whole }) =>
	`${sender.id} sent it at ${at.toFixed(0)} (${answer}; answer ` +
	`${whole ? 'written' : 'lost'} at ${left?.toFixed(0)}), was killed at ` +
	`${sender.killed?.toFixed(0)}, last printed at ${sender.printed?.toFixed(0)}`;

// True if `one` was killed with its token under way, before `other` sent it.
const gaveWay = (one, other) => one.sender !== other.sender &&
	one.sender.signal === 'SIGKILL' && one.sender.killed < other.at &&
	one.sender.latest === one && !(one.sender.printed > one.at);

const sort = (sending) => {
	const at = sending.sender.killed;

	if (!(at > sending.answered)) killed.asking += 1;
	else if (!sending.whole || at < sending.left) killed.waiting += 1;
	else {
		killed.storing += 1;
		killed.late.push(at - sending.left);
	}
};

// Why a token that was sent more than once should not have been; nothing: as
// kill -9 may do it.
const wrong = ({ sent, successor }) => {
	const taken = sent.find(({ status: answer }) => answer === 200);

	for (const [i, one] of sent.entries()) {
		for (const other of sent.slice(i + 1)) {
			if (!gaveWay(one, other) && !gaveWay(other, one)) {
				return 'two had it at once, or one gave it up unharmed';
			}
		}
	}
	if (!taken) return 'its first sending was refused';
	if (tokens.get(successor).sent.length > 0 &&
		!sent.some((one) => one !== taken && gaveWay(one, taken))) {
		return 'its successor was sent, and yet it came again';
	}
	return undefined;
};

const judgeLogin = (login) => {
	const twice = [...tokens.values()].filter((is) =>
		is.login === login && is.sent.length > 1);

	if (login.refused && twice.length === 0) {
		fault(`login ${login.number} was lost, and no token was sent twice`);
	}
	for (const is of twice) {
		const why = wrong(is);
		if (why) fault(`login ${login.number}: ${why}: ` +
			is.sent.map(tellOf).join('; '));
		else sort(is.sent.find((one) =>
			is.sent.some((other) => gaveWay(one, other))));
	}
	if (login.refused && !/invalid_grant/.test(login.told)) {
		fault(`login ${login.number} was lost, and its record says ${login.told}`);
	}
	if (!login.refused && login.told) {
		fault(`login ${login.number} was not lost: ${login.told}`);
	}
	if (login.told && !login.status.includes('invalid_grant')) {
		fault(`apam status does not say it: ${login.status}`);
	}
};

const finish = async () => {
	await Promise.all(needs.values());
	over = true;
	await Promise.all(needs.values());
	for (const it of running.values()) kill(it);
	while (running.size > 0) await delay(10);
};

// Everybody can sign at the end: what is lost is found out, and logged in again.
const last = async () => {
	for (let name = 0; name < NAMES; name += 1) {
		for (let tries = 1; tries <= LAST_TRIES; tries += 1) {
			introduce(name);
			const text = `${await body(rotate(name, '1').stdout)}`;
			if (/ ok\n$/.test(text)) break;
			if (tries === LAST_TRIES) {
				fault(`name ${name} at the end: ${text}`);
			}
			if (/ login /.test(text)) await tell(name);
			// It is sent again when what came with it has ended.
			if (/ reuse = /.test(text)) await delay(2500);
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
	for (const login of logins) judgeLogin(login);
	const stops = Math.ceil(count / STOP_EVERY);
	const lost = logins.filter(({ refused }) => refused);
	const late = killed.late.sort((a, b) => a - b);
	const ms = (at) => (late[Math.floor(at * (late.length - 1))] ?? 0).toFixed(1);
	console.log(`${NAMES} names, ${PROGRAMS} programs: ${told.rotations} ` +
		`rotations, ${count - stops} kills, ${stops} stops in ` +
		`${seconds.toFixed(0)} s (${(told.rotations / seconds).toFixed(0)}/s)`);
	console.log(`${told.sendings} sendings, ${told.resent} of a token that ` +
		`had been sent before, ${told.aborted} answers that nobody took`);
	console.log(`${logins.length} logins, ${lost.length} lost, ` +
		`${logins.filter((is) => is.told).length} told by the record and ` +
		`by apam status (${told.late} lines of programs that had not seen ` +
		'the next login)');
	console.log(`killed before the provider answered ${killed.asking}, before ` +
		`the answer was written ${killed.waiting}, before the successor was on ` +
		`the disk ${killed.storing} (ms after the answer: median ${ms(0.5)}, ` +
		`99 % ${ms(0.99)}, most ${ms(1)})`);
	for (const [line, times] of others) console.log(`${times} x ${line}`);
} catch (err) {
	fault(err.stack);
} finally {
	over = true;
	for (const { child } of running.values()) child.kill('SIGKILL');
	provider?.kill();
	proxy.close();
	if (faults.length > 0 && env.KEEP) console.log(`kept: ${dir}`);
	else rmSync(dir, { recursive: true, force: true });
}
console.log(faults.length === 0 ? 'passed' : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
