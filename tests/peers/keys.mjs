// SPDX-License-Identifier: BSD-2-Clause
//
// What AWS's SDK for JavaScript has from a container endpoint that its environment
// names: keys, or the error, as JSON.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const { fromHttp } = createRequire(`${resolve(process.env.PEER_DIR)}/`)(
	'@aws-sdk/credential-provider-http');
const found = await fromHttp({ timeout: 60000, maxRetries: 0 })().catch((error) => ({
	name: error.name, code: error.Code, message: error.message }));
console.log(JSON.stringify(found));
// Its timers would keep it here.
process.exit(0);
