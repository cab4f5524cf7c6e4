// SPDX-License-Identifier: BSD-2-Clause
//
// A real OAuth 2.0 provider (npm oidc-provider, which nobody here wrote) and a
// small protected resource beside it, on one https port of 127.0.0.1.  The
// tokens, the client authentication, introspection, revocation and metadata
// are all the provider's; the resource asks the provider's own token model,
// or its JWKS, whether a token is good, and answers as RFC 6750 says.
//
//	PEER_DIR	where node_modules lies
//	PEER_PROVIDER	which package in it (default oidc-provider)
//	PEER_CERT, PEER_KEY	PEM files
//	PEER_CLIENTS	JSON file: { "client id": "client secret", ... }
//	PEER_TTL	seconds that a token lives (default 600)
//
// Prints "ready PORT CONTROL", then serves until it is told to end.  CONTROL
// is a plain http port for the test that drives it:
//
//	POST /revoke		revoke every token now
//	POST /revoke-at-use	revoke the next token that the resource is shown
//	POST /rfc7009?client=ID	have the client revoke its tokens, as it would
//	POST /break, /mend	the token endpoint is down from then on, or is not
//	POST /forget?client=ID	delete the client
//	GET  /mints?client=ID	"N METHOD": tokens made; how it last showed
//				its secret
//	GET  /uses		requests that the resource was sent
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const env = process.env;
const require = createRequire(`${env.PEER_DIR}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
console.info = console.error;	// the provider's notices; standard output is ours
const PACKAGE = env.PEER_PROVIDER ?? 'oidc-provider';
const { default: Provider } = await load(PACKAGE);
const { default: Store } = await load(
	`${PACKAGE}/lib/adapters/memory_adapter.js`);
const jose = await load('jose');

const HOST = '127.0.0.1';
const MOUNT = '/op';		// a path, so that RFC 8414, 3.1 has one to insert
const METADATA = `/.well-known/oauth-authorization-server${MOUNT}`;
const SCOPES = 'read admin';
const ttl = Number(env.PEER_TTL ?? 600);

const server = https.createServer({
	cert: readFileSync(env.PEER_CERT),
	key: readFileSync(env.PEER_KEY),
});
server.listen(0, HOST);
await once(server, 'listening');
const origin = `https://${HOST}:${server.address().port}`;
const issuer = origin + MOUNT;
const resource = `${origin}/api`;

const provider = new Provider(issuer, {
	clientDefaults: {
		grant_types: ['client_credentials'],
		redirect_uris: [],
		response_types: [],
	},
	features: {
		clientCredentials: { enabled: true },
		devInteractions: { enabled: false },
		introspection: { enabled: true },
		revocation: { enabled: true },
		// A client that names the resource gets a JWT, else an opaque token.
		resourceIndicators: {
			enabled: true,
			defaultResource: () => undefined,
			getResourceServerInfo: () => ({
				scope: SCOPES,
				audience: resource,
				accessTokenFormat: 'jwt',
				accessTokenTTL: ttl,
			}),
		},
	},
	scopes: SCOPES.split(' '),
	ttl: { ClientCredentials: ttl },
});

// In the provider's store, as a database has them, so that one can be deleted.
const store = new Store('Client');
const clients = JSON.parse(readFileSync(env.PEER_CLIENTS));
for (const [id, secret] of Object.entries(clients)) {
	await store.upsert(id, {
		client_id: id,
		client_secret: secret,
		token_endpoint_auth_method: id.startsWith('basic') ?
			'client_secret_basic' : 'client_secret_post',
	});
}

// ---- What the control port knows ------------------------------------------

const mints = new Map();	// client id -> { count, method }
const alive = new Map();		// tokens made and not revoked -> client id
const revoked = new Set();	// JWTs, which the provider keeps no record of
let uses = 0;
let broken = false;
let revokeAtUse = false;

const issued = (ctx, token) => {
	const seen = mints.get(token.clientId) ?? { count: 0 };
	seen.count += 1;
	seen.method = ctx.headers.authorization ? 'basic' : 'post';
	mints.set(token.clientId, seen);
	alive.set(ctx.body.access_token, token.clientId);
};
provider.use(async (ctx, next) => {
	await next();
	const token = ctx.oidc?.entities?.ClientCredentials;
	if (ctx.oidc?.route === 'token' && token) issued(ctx, token);
});

const revoke = async (value) => {
	const token = await provider.ClientCredentials.find(value);
	if (token) await token.destroy();
	else revoked.add(value);
	alive.delete(value);
};

// RFC 7009, 2.1, by the provider's own endpoint.
const revokeAsClient = async (client) => {
	const ca = readFileSync(env.PEER_CERT);
	for (const [token, owner] of alive) {
		if (owner !== client) continue;
		const form = new URLSearchParams({
			token, client_id: client, client_secret: clients[client],
		});
		const req = https.request(`${issuer}/token/revocation`, {
			method: 'POST', ca,
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
		});
		req.end(`${form}`);
		const [res] = await once(req, 'response');
		res.resume();
		if (res.statusCode !== 200) throw new Error(`${res.statusCode}`);
		alive.delete(token);
	}
};

// ---- The protected resource -----------------------------------------------

// The token's scopes; null where the provider does not stand by it.
const scopesOf = async (value) => {
	const token = await provider.ClientCredentials.find(value);
	if (token) return token.isValid ? (token.scope ?? '').split(' ') : null;
	if (revoked.has(value) || value.split('.').length !== 3) return null;
	try {
		const { body } = await request(`${issuer}/jwks`);
		const keys = jose.createLocalJWKSet(JSON.parse(body));
		const { payload } = await jose.jwtVerify(value, keys, {
			issuer, audience: resource, typ: 'at+jwt',
		});
		return (payload.scope ?? '').split(' ');
	} catch {
		return null;
	}
};

const request = (url) => new Promise((resolve, reject) => {
	https.get(url, { ca: readFileSync(env.PEER_CERT) }, async (res) => {
		let body = '';
		for await (const chunk of res) body += chunk;
		resolve({ body });
	}).on('error', reject);
});

const answer = (res, status, body, challenge) => {
	const headers = { 'content-type': 'application/json' };
	if (challenge) headers['www-authenticate'] = `Bearer realm="api"${challenge}`;
	res.writeHead(status, headers).end(JSON.stringify(body));
};

const serveResource = async (req, res) => {
	uses += 1;
	const [, value] = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '') ?? [];
	// RFC 6750, 3.1: without any credentials, no error code.
	if (!value) return answer(res, 401, { message: 'who are you' }, ' ');
	if (revokeAtUse) {
		revokeAtUse = false;
		await revoke(value);
	}
	const scopes = await scopesOf(value);
	if (!scopes) {
		return answer(res, 401, { message: 'no such token' },
			', error="invalid_token", error_description="no such token"');
	}
	const needed = req.url === '/api/admin' ? 'admin' : 'read';
	if (!scopes.includes(needed)) {
		return answer(res, 403, { message: 'not allowed' },
			`, error="insufficient_scope", scope="${needed}"`);
	}
	return answer(res, 200, { path: req.url, scopes });
};

// ---- Ports ----------------------------------------------------------------

const serveProvider = provider.callback();
server.on('request', (req, res) => {
	if (req.url.startsWith('/api/')) return serveResource(req, res);
	// The provider knows its metadata under OpenID's name only.
	const url = req.url === METADATA ?
		`${MOUNT}/.well-known/openid-configuration` : req.url;
	if (!url.startsWith(`${MOUNT}/`)) return answer(res, 404, {});
	if (broken && url === `${MOUNT}/token`) return answer(res, 503, {});
	req.originalUrl = url;
	req.url = url.slice(MOUNT.length);
	return serveProvider(req, res);
});

const orders = {
	'POST /revoke': async () => {
		for (const value of [...alive.keys()]) await revoke(value);
	},
	'POST /revoke-at-use': () => { revokeAtUse = true; },
	'POST /rfc7009': revokeAsClient,
	'POST /break': () => { broken = true; },
	'POST /mend': () => { broken = false; },
	'POST /forget': (client) => store.destroy(client),
	'GET /mints': (client) => {
		const { count = 0, method = 'none' } = mints.get(client) ?? {};
		return `${count} ${method}`;
	},
	'GET /uses': () => `${uses}`,
};
const control = http.createServer(async (req, res) => {
	const url = new URL(req.url, 'http://control');
	const order = orders[`${req.method} ${url.pathname}`];
	if (!order) return res.writeHead(404).end();
	return res.end(await order(url.searchParams.get('client')) ?? '');
});
control.listen(0, HOST);
await once(control, 'listening');
console.log(`ready ${server.address().port} ${control.address().port}`);
