// SPDX-License-Identifier: BSD-2-Clause
//
// A real OAuth 2.0 provider (npm oidc-provider, which nobody here wrote) at which
// people log in: by a code (RFC 8628) or a browser (RFC 7636).  Its refresh
// tokens rotate, and one that comes a second time ends its grant, at once: it has
// no leeway.  The pages are those that it has for development.
//
//	PEER_DIR	where node_modules lies
//	PEER_TTL	seconds that an access token lives (default 600)
//	PEER_CODE_TTL	seconds that a device code lives (default 600)
//	PEER_CERT, PEER_KEY	PEM files; or it speaks http
//	PEER_ISSUER	where a proxy stands before it
//
// Prints "ready ORIGIN", then serves until it is told to end.  Orders:
//
//	POST /control/slow	the next question for a device code is one too
//				many (slow_down)
//	POST /control/change?NAME=VALUE	the next browser that is sent back brings
//				another VALUE of the parameter NAME
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
console.warn = console.error;
const { default: Provider } = await load('oidc-provider');
const { setStorage } = await load(
	'oidc-provider/lib/adapters/memory_adapter.js');

// Its own store forgets what is beyond 1000 entries.
setStorage(new Map());

const server = env.PEER_CERT ?
	https.createServer({
		cert: readFileSync(env.PEER_CERT),
		key: readFileSync(env.PEER_KEY),
	}) :
	http.createServer();
server.listen(Number(env.PEER_PORT ?? 0), '127.0.0.1');
await once(server, 'listening');
const origin = `http${env.PEER_CERT ? 's' : ''}://127.0.0.1:${server.address().port}`;
// Where clients see it: a proxy may stand before it.
const issuer = env.PEER_ISSUER ?? origin;

const client = (id, more) => ({
	client_id: id,
	application_type: 'native',
	token_endpoint_auth_method: 'none',
	grant_types: ['authorization_code', 'refresh_token',
		'urn:ietf:params:oauth:grant-type:device_code'],
	response_types: ['code'],
	redirect_uris: ['http://127.0.0.1/', 'http://127.0.0.1/callback'],
	...more,
});

const provider = new Provider(issuer, {
	clients: [
		client('public'),
		client('confidential', {
			client_secret: 'fake-secret-of-a-client',
			token_endpoint_auth_method: 'client_secret_basic',
		}),
	],
	features: {
		deviceFlow: { enabled: true },
		devInteractions: { enabled: true },
		introspection: { enabled: true },
		registration: { enabled: true },
		revocation: { enabled: true },
	},
	pkce: { required: () => true },
	rotateRefreshToken: true,
	issueRefreshToken: async (ctx, who) =>
		who.grantTypeAllowed('refresh_token'),
	scopes: ['openid', 'offline_access', 'read'],
	ttl: {
		AccessToken: Number(env.PEER_TTL ?? 600),
		AuthorizationCode: 60,
		DeviceCode: Number(env.PEER_CODE_TTL ?? 600),
		Grant: 86400,
		IdToken: 600,
		Interaction: 600,
		RefreshToken: 86400,
		Session: 86400,
	},
});
provider.proxy = true;

let slow = false;
let change = new URLSearchParams();

const orders = {
	'/control/slow': () => { slow = true; },
	'/control/change': (ctx) => { change = ctx.URL.searchParams; },
};

// A browser that is sent back to a program, as a forger would send it.
const forge = (ctx) => {
	const to = ctx.response.get('location');
	if (!/[?&]state=/.test(to) || !change.size) return;
	const url = new URL(to);
	for (const [name, value] of change) url.searchParams.set(name, value);
	change = new URLSearchParams();
	ctx.set('location', `${url}`);
};

provider.use(async (ctx, next) => {
	const order = orders[ctx.path];
	if (order) {
		order(ctx);
		ctx.status = 200;
		return;
	}
	await next();
	forge(ctx);
	// RFC 8628, 3.5: this provider never says it by itself.
	if (slow && ctx.body?.error === 'authorization_pending') {
		ctx.body.error = 'slow_down';
		slow = false;
	}
});
server.on('request', provider.callback());
console.log(`ready ${origin}`);
