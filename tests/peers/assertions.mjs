// SPDX-License-Identifier: BSD-2-Clause
//
// npm oidc-provider with clients that prove who they are by a JWT or by a TLS
// client certificate.  What it checks of these is its own.  It has no token
// exchange: that grant is added here, and so is not independent of apam's tests.
//
//	PEER_DIR	where node_modules lies
//	PEER_KEYS	a folder: server.pem and server.key, ca.pem for client
//			certificates, and the clients' public keys
//
// Two https ports of 127.0.0.1 serve the same provider.  The second one alone
// asks for client certificates, and the metadata names it (RFC 8705, 5).
//
// Prints "ready PORT PORT", then serves until it is told to end.
import { createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { PEER_DIR, PEER_KEYS } = process.env;
const require = createRequire(`${PEER_DIR}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
console.info = console.error;	// standard output is ours
const { default: Provider } = await load('oidc-provider');
const jose = await load('jose');

const read = (name) => readFileSync(`${PEER_KEYS}/${name}`);
const TYPE = 'urn:ietf:params:oauth:token-type:';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const serve = async (options) => {
	const server = https.createServer({
		cert: read('server.pem'), key: read('server.key'), ...options,
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return server;
};
const plain = await serve({});
const mutual = await serve({
	requestCert: true, rejectUnauthorized: false, ca: read('ca.pem'),
});
const issuer = `https://127.0.0.1:${plain.address().port}`;
const aliases = `https://127.0.0.1:${mutual.address().port}`;

// ---- Clients --------------------------------------------------------------

const jwk = (name, more) => ({
	...createPublicKey(read(name)).export({ format: 'jwk' }), ...more,
});
const signs = (name, alg) => ({
	client_id: name,
	token_endpoint_auth_method: 'private_key_jwt',
	token_endpoint_auth_signing_alg: alg,
	jwks: { keys: [jwk(`${name}.pub`, { kid: name, alg, use: 'sig' })] },
});
const certificate = new X509Certificate(read('self.pem'));

const clients = [
	signs('es256', 'ES256'),
	signs('ps256', 'PS256'),
	signs('es512', 'ES512'),
	signs('eddsa', 'EdDSA'),
	{
		client_id: 'secret',
		client_secret: 'fake-secret-of-thirty-two-bytes!!',
		token_endpoint_auth_method: 'client_secret_jwt',
		token_endpoint_auth_signing_alg: 'HS256',
	},
	{
		client_id: 'tls',
		token_endpoint_auth_method: 'tls_client_auth',
		tls_client_auth_san_dns: 'client.example',
	},
	{
		client_id: 'self',
		token_endpoint_auth_method: 'self_signed_tls_client_auth',
		jwks: {
			keys: [jwk('self.pem', {
				x5c: [certificate.raw.toString('base64')],
			})],
		},
	},
	{
		client_id: 'workload',
		client_secret: 'fake-workload-secret',
		token_endpoint_auth_method: 'client_secret_post',
		grant_types: [EXCHANGE],
	},
];

const peer = (ctx) => ctx.req.socket.getPeerX509Certificate?.();
const provider = new Provider(issuer, {
	clients,
	clientAuthMethods: ['client_secret_post', 'client_secret_jwt',
		'private_key_jwt', 'tls_client_auth',
		'self_signed_tls_client_auth'],
	clientDefaults: {
		grant_types: ['client_credentials'],
		redirect_uris: [],
		response_types: [],
	},
	discovery: {
		mtls_endpoint_aliases: { token_endpoint: `${aliases}/token` },
	},
	// ES512 is not among its defaults.
	enabledJWA: {
		clientAuthSigningAlgValues: ['ES256', 'ES512', 'PS256', 'RS256',
			'EdDSA', 'HS256'],
	},
	features: {
		clientCredentials: { enabled: true },
		devInteractions: { enabled: false },
		introspection: { enabled: true },
		mTLS: {
			enabled: true,
			tlsClientAuth: true,
			selfSignedTlsClientAuth: true,
			getCertificate: (ctx) => peer(ctx)?.toString(),
			certificateAuthorized: (ctx) => ctx.req.socket.authorized,
			certificateSubjectMatches: (ctx, property, expected) =>
				property === 'tls_client_auth_san_dns' &&
				peer(ctx).checkHost(expected) === expected,
		},
	},
});

// ---- Token exchange, RFC 8693 ---------------------------------------------

const cluster = createPublicKey(read('cluster.pub'));
provider.registerGrantType(EXCHANGE, async (ctx, next) => {
	const { subject_token: subject, subject_token_type: type,
		requested_token_type: wanted } = ctx.oidc.params;
	const refuse = (error) => {
		ctx.status = 400;
		ctx.body = { error };
	};
	if (type !== `${TYPE}jwt`) return refuse('invalid_request');
	try {
		await jose.jwtVerify(subject, cluster, {
			issuer: 'https://cluster.example', audience: issuer,
		});
	} catch {
		return refuse('invalid_request');
	}
	const token = new ctx.oidc.provider.ClientCredentials({
		client: ctx.oidc.client,
	});
	ctx.body = {
		access_token: await token.save(),
		token_type: 'Bearer',
		expires_in: token.expiration,
		issued_token_type: wanted ?? `${TYPE}access_token`,
	};
	return next();
}, ['subject_token', 'subject_token_type', 'requested_token_type']);

plain.on('request', provider.callback());
mutual.on('request', provider.callback());
console.log(`ready ${plain.address().port} ${mutual.address().port}`);
