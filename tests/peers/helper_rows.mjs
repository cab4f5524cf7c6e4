// SPDX-License-Identifier: BSD-2-Clause
//
// AWS's own SDKs get keys by `credential_process`, which is `apam helper aws`, and
// from the container endpoint that it gives a program.
//
//	PEER_DIR	where node_modules lies
//	BUILD		where apam was built (default build)
//
// Prints each failing row; ends with "N passed, N failed".
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { BUILD, finish, makeFolder, row } from './rows.mjs';

const { fromProcess } = createRequire(`${resolve(process.env.PEER_DIR)}/`)(
	'@aws-sdk/credential-provider-process');
const dir = makeFolder('helper');

// A server with one password, which has keys.
const startServer = async () => {
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
		'/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout',
		`${dir}/server.key`, '-out', `${dir}/server.pem`], { stdio: 'ignore' });
	writeFileSync(`${dir}/server.pem`,
		readFileSync(`${dir}/server.key`), { flag: 'a' });
	const child = spawn('/usr/bin/python3', ['tests/suite/cli/helper_server.py',
		dir, 'somebody:fake-secret-of-a-client'],
	{ stdio: ['pipe', 'pipe', 'inherit'] });
	const [port] = await once(createInterface(child.stdout), 'line');
	return { child, port };
};

const { child, port } = await startServer();
writeFileSync(`${dir}/apam.d/broker.conf`,
	`origins = [ "https://127.0.0.1:${port}" ]; ca_file = "${dir}/server.pem";
auth = ( { scheme = "basic-email-key"; email = "somebody";
  key = "file:${dir}/secret"; } );\n`);
const command = (path) => `${BUILD}/apam -c ${dir}/apam.conf helper aws ` +
	`https://127.0.0.1:${port}/keys/${path}`;
writeFileSync(`${dir}/aws`, ['container', 'sts', 'vault', 'lease', 'none']
	.map((path) => `[profile ${path}]\ncredential_process = ${command(path)}\n`)
	.join(''));
writeFileSync(`${dir}/nothing`, '');

const keysOf = (profile) => fromProcess({ profile,
	configFilepath: `${dir}/aws`, filepath: `${dir}/nothing` })();

for (const profile of ['container', 'sts', 'vault', 'lease']) {
	const keys = await keysOf(profile).catch((error) => ({ error }));
	row(`keys of ${profile}`, keys.accessKeyId === 'FAKEID' &&
		keys.secretAccessKey === 'fake-aws-key' &&
		keys.sessionToken === 'fake-session', String(keys.error));
	if (profile === 'lease')
		row('the end of a lease', keys.expiration > new Date(),
			String(keys.expiration));
	else if (profile !== 'vault')
		row(`the end of ${profile}`,
			keys.expiration?.toISOString() === '2038-01-19T03:14:07.000Z',
			String(keys.expiration));
}
const none = await keysOf('none').catch((error) => ({ error }));
row('no keys', none.error?.name === 'CredentialsProviderError',
	String(none.error));

// ---- The container endpoint --------------------------------------------------

const here = fileURLToPath(new URL('.', import.meta.url));
const programs = {
	JavaScript: [process.execPath, `${here}keys.mjs`],
	Python: ['/usr/bin/python3', `${here}keys.py`],
};

// What a program with an endpoint of its own says, and apam.
const asked = (path, argv, more) => {
	const { stdout, stderr, status } = spawnSync(`${BUILD}/apam`,
		['-c', `${dir}/apam.conf`, 'helper', 'aws',
			`https://127.0.0.1:${port}/keys/${path}`, '--', ...argv],
		{ env: { ...process.env, HOME: dir, ...more }, encoding: 'utf8' });
	const said = stdout.startsWith('{') ? JSON.parse(stdout) : {};
	return { ...said, stderr, status };
};

for (const [language, argv] of Object.entries(programs))
	for (const path of ['container', 'sts', 'lease']) {
		// These would be taken first.
		const keys = asked(path, argv, { AWS_ACCESS_KEY_ID: 'OTHER',
			AWS_SECRET_ACCESS_KEY: 'other', AWS_PROFILE: 'other' });
		row(`${language}: keys of ${path}`, keys.status === 0 &&
			keys.accessKeyId === 'FAKEID' &&
			keys.secretAccessKey === 'fake-aws-key' &&
			keys.sessionToken === 'fake-session', JSON.stringify(keys));
	}
const ends = asked('sts', programs.JavaScript);
row('JavaScript: when they end', ends.expiration === '2038-01-19T03:14:07.000Z',
	JSON.stringify(ends));
row('Python: where they are from',
	asked('sts', programs.Python).method === 'container-role', 'another way');
const without = asked('vault', programs.JavaScript);
row('JavaScript: no keys without an end', without.code === 'NoKeys' &&
	without.stderr.includes('use credential_process'), JSON.stringify(without));
const stranger = asked('sts', ['env', 'AWS_CONTAINER_AUTHORIZATION_TOKEN=other',
	...programs.JavaScript]);
row('JavaScript: no keys for another token',
	stranger.message?.includes('401'), JSON.stringify(stranger));

child.stdin.end();
await once(child, 'close');
finish(dir);
