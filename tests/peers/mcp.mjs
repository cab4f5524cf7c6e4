// SPDX-License-Identifier: BSD-2-Clause
//
// A server of the Model Context Protocol with its authorization: the transport,
// the endpoints, the metadata and what guards them are of the protocol's own SDK
// (npm @modelcontextprotocol/sdk, which nobody here wrote), and so is the
// provider of its examples, which agrees at once; it has no refresh tokens, which
// are added here: each is good once.
//
//	PEER_DIR	where node_modules lies
//	PEER_TTL	seconds that an access token lives (default 600)
//
// Prints "ready ORIGIN", then serves until it is told to end: ORIGIN/mcp and
// ORIGIN/other are two servers, each for tokens of its own, and ORIGIN/nobody has
// metadata, but the provider knows of no such server.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.PEER_DIR}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const SDK = '@modelcontextprotocol/sdk';
const { default: express } = await load('express');
const { mcpAuthRouter, mcpAuthMetadataRouter, createOAuthMetadata,
	getOAuthProtectedResourceMetadataUrl } =
	await load(`${SDK}/server/auth/router.js`);
const { requireBearerAuth } =
	await load(`${SDK}/server/auth/middleware/bearerAuth.js`);
const { InvalidGrantError, InvalidTargetError, InvalidTokenError } =
	await load(`${SDK}/server/auth/errors.js`);
const { DemoInMemoryAuthProvider } =
	await load(`${SDK}/examples/server/demoInMemoryOAuthProvider.js`);
const { McpServer } = await load(`${SDK}/server/mcp.js`);
const { StreamableHTTPServerTransport } =
	await load(`${SDK}/server/streamableHttp.js`);

const SCOPES = ['mcp:tools'];
const ttl = Number(process.env.PEER_TTL ?? 600);
const app = express();
const server = http.createServer(app);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;
const servers = ['/mcp', '/other'].map((path) => `${origin}${path}`);

const isServer = (resource) => servers.includes(`${resource}`);

class Provider extends DemoInMemoryAuthProvider {
	refreshTokens = new Map();

	constructor() {
		super(isServer);
	}

	async authorize(client, params, res) {
		if (!isServer(params.resource))
			throw new InvalidTargetError('there is no such server');
		return super.authorize(client, params, res);
	}

	// The access token lives as long as it is told; a refresh token beside it.
	give(client, tokens, resource) {
		const token = this.tokens.get(tokens.access_token);
		const refresh = randomUUID();
		token.expiresAt = Date.now() + ttl * 1000;
		token.resource = resource;
		this.refreshTokens.set(refresh, { token, client: client.client_id });
		return { ...tokens, expires_in: ttl, refresh_token: refresh };
	}

	async exchangeAuthorizationCode(client, code, verifier, uri, resource) {
		const tokens = await super.exchangeAuthorizationCode(client, code);
		const token = this.tokens.get(tokens.access_token);
		// RFC 8707, 2.2: the same as was agreed to.
		if (`${token.resource}` !== `${resource}`)
			throw new InvalidTargetError('another server than agreed');
		return this.give(client, tokens, resource);
	}

	async exchangeRefreshToken(client, refresh, scopes, resource) {
		const was = this.refreshTokens.get(refresh);
		if (was?.client !== client.client_id)
			throw new InvalidGrantError('no such refresh token');
		if (`${was.token.resource}` !== `${resource}`)
			throw new InvalidTargetError('another server than agreed');
		this.refreshTokens.delete(refresh);
		const access = randomUUID();
		this.tokens.set(access, { ...was.token, token: access });
		return this.give(client, { access_token: access, token_type: 'bearer',
			scope: was.token.scopes.join(' ') }, resource);
	}

	async verifyAccessToken(token) {
		try {
			return await super.verifyAccessToken(token);
		} catch (err) {
			throw new InvalidTokenError(err.message);
		}
	}

	async revokeToken(client, { token }) {
		this.refreshTokens.delete(token);
		this.tokens.delete(token);
	}
}

const provider = new Provider();
const issuerUrl = new URL(origin);
const limits = { rateLimit: false };
app.use(mcpAuthRouter({
	provider, issuerUrl, resourceServerUrl: new URL(servers[0]),
	scopesSupported: SCOPES, authorizationOptions: limits, tokenOptions: limits,
	clientRegistrationOptions: limits, revocationOptions: limits,
}));
for (const path of ['/other', '/nobody']) {
	app.use(mcpAuthMetadataRouter({
		oauthMetadata: createOAuthMetadata({ provider, issuerUrl }),
		resourceServerUrl: new URL(origin + path), scopesSupported: SCOPES,
	}));
}

const serve = async (req, res) => {
	const transport = new StreamableHTTPServerTransport({
		sessionIdGenerator: undefined, enableJsonResponse: true });
	const mcp = new McpServer({ name: 'fake-mcp', version: '1.0.0' });
	res.on('close', () => { transport.close(); mcp.close(); });
	await mcp.connect(transport);
	await transport.handleRequest(req, res, req.body);
};
for (const url of servers) {
	app.use(new URL(url).pathname, requireBearerAuth({
		verifier: provider, requiredScopes: SCOPES, expectedResource: url,
		resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(url)),
	}), express.json(), serve);
}
console.log(`ready ${origin}`);
