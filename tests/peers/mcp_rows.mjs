// SPDX-License-Identifier: BSD-2-Clause
//
// A client of the Model Context Protocol that is `apam request`, at a server with
// the protocol's own authorization (mcp.mjs): the profile names the server alone,
// and somebody logs in once.
//
//	PEER_DIR	where node_modules lies
//	BUILD		where apam was built (default build)
//
// Prints each failing row; ends with "N passed, N failed".
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

import { BUILD, finish, makeFolder, row, startPeer } from './rows.mjs';

const dir = makeFolder('mcp');
const INITIALIZE = JSON.stringify({
	jsonrpc: '2.0', id: 1, method: 'initialize', params: {
		protocolVersion: '2025-06-18', capabilities: {},
		clientInfo: { name: 'apam', version: '0' },
	},
});

const profile = (name, origin, resource, more = '') =>
	writeFileSync(`${dir}/apam.d/${name}.conf`,
		`origins = [ "${origin}" ]; allow_http = true;
auth = ( { scheme = "oauth2-refresh-token"; resource = "${resource}"; ${more}
  scope = [ "mcp:tools" ]; refresh_token = "store:${name}"; } );\n`);

// The browser is curl: it goes where the pages lead, and back to the program.
const run = async (program, args, typed) => {
	const child = spawn(program, args, { env: { ...process.env, DISPLAY: ':fake',
		BROWSER: `curl -sL -o ${dir}/page %s` } });
	let text = '', left = typed;
	for (const from of [child.stdout, child.stderr])
		from.on('data', (data) => {
			text += data;
			if (left && text.includes('[y/N]')) child.stdin.write(left);
			if (text.includes('[y/N]')) left = undefined;
		});
	const code = await new Promise((done) => { child.on('close', done); });
	return { code, text };
};
const words = (args) => ['-c', `${dir}/apam.conf`, ...args];
const apam = (...args) => run(`${BUILD}/apam`, words(args));
const logIn = (name, typed = 'y\n') => run('script', ['-qefc',
	[`${BUILD}/apam`, ...words(['login', name, '--browser'])].join(' '),
	'/dev/null'], typed);
const initialize = (name, url) => apam('request', name, url, '-X', 'POST',
	'-H', 'Content-Type: application/json',
	'-H', 'Accept: application/json, text/event-stream', '-d', INITIALIZE);

const ends = (name, { code, text }, want, regex) =>
	row(name, code === want && regex.test(text), `status ${code}: ${text}`);

const ANSWER = /"serverInfo":\{"name":"fake-mcp"/;

const rows = async (origin) => {
	const record = `${dir}/state/secrets/${process.getuid()}/mcp`;
	const generation = () =>
		/^generation (\d+)$/m.exec(readFileSync(record, 'utf8'))[1];
	profile('mcp', origin, `${origin}/mcp`);
	profile('other', origin, `${origin}/other`);
	profile('nobody', origin, `${origin}/nobody`);
	profile('slash', origin, `${origin}/mcp/`);

	ends('before a login', await initialize('mcp', `${origin}/mcp`), 1,
		/run `apam login mcp`/);
	ends('the person refuses the issuer', await logIn('mcp', 'n\n'), 1,
		/was not confirmed/);
	ends('a login', await logIn('mcp'), 0,
		/log in at http:[^]*names\?[^]*mcp: logged in/);
	ends('an answer', await initialize('mcp', `${origin}/mcp`), 0, ANSWER);
	const first = generation();
	await new Promise((done) => { setTimeout(done, 2500); });
	ends('an answer after a refresh', await initialize('mcp', `${origin}/mcp`),
		0, ANSWER);
	row('the refresh token has changed', generation() !== first, first);

	ends('a token of another server', await logIn('other'), 0, /logged in/);
	ends('is good there', await initialize('other', `${origin}/other`), 0, ANSWER);
	ends('and refused here', await initialize('other', `${origin}/mcp`), 1,
		/401|reject/i);
	ends('a server that the provider does not know', await logIn('nobody'), 1,
		/invalid_target/);
	ends('metadata of another resource', await logIn('slash'), 3,
		/its resource is not the configured one/);

	ends('a logout', await apam('logout', 'mcp'), 0, /mcp: logged out/);
	ends('then a request', await initialize('mcp', `${origin}/mcp`), 1,
		/run `apam login mcp`/);
	ends('the same issuer is not asked again', await logIn('mcp', undefined), 0,
		/^(?![^]*names\?)[^]*mcp: logged in/);
	ends('an answer again', await initialize('mcp', `${origin}/mcp`), 0, ANSWER);
};

const { child, origin } = await startPeer('mcp.mjs', { PEER_TTL: '2' });
try {
	await rows(origin);
} catch (err) {
	row('the test', false, err.stack);
}
child.kill();
finish(dir);
