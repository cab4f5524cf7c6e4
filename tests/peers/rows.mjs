// SPDX-License-Identifier: BSD-2-Clause
//
// What tests with peers share: rows, a folder of apam's own, and programs that say
// a line when they are ready.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const BUILD = resolve(process.env.BUILD ?? 'build');
let passed = 0, failed = 0;

export const row = (name, good, said) => {
	if (good) passed += 1;
	else {
		failed += 1;
		console.log(`FAIL  ${name}: ${said}`);
	}
};

// Ends the process.
export const finish = (dir) => {
	rmSync(dir, { recursive: true, force: true });
	console.log(`${passed} passed, ${failed} failed`);
	process.exit(failed === 0 ? 0 : 1);
};

// A folder with a configuration in it, apam.conf.
export const makeFolder = (name) => {
	const dir = mkdtempSync(`${tmpdir()}/apam-${name}-`);
	mkdirSync(`${dir}/apam.d`);
	mkdirSync(`${dir}/state`);
	writeFileSync(`${dir}/secret`, 'fake-secret-of-a-client', { mode: 0o600 });
	writeFileSync(`${dir}/apam.conf`, `module_dir = "${BUILD}/modules";
profile_dir = "${dir}/apam.d"; state_dir = "${dir}/state"; audit = "file";\n`);
	return dir;
};

// A provider, FILE beside this one, that prints "ready ORIGIN".
export const startPeer = async (file, more) => {
	const child = spawn(process.execPath,
		[fileURLToPath(new URL(file, import.meta.url))],
		{ env: { ...process.env, ...more }, stdio: ['ignore', 'pipe', 'ignore'] });
	const [line] = await once(createInterface(child.stdout), 'line');
	return { child, origin: line.split(' ')[1] };
};
