/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx asks four functions of an upstream for a connection, for a TLS session
 * to resume, and to keep either.  These here come before them, for every request
 * of nginx: also one that has nothing to do with apam must get no connection
 * that shows a certificate.
 */
#include "upstream.h"

#include "client_key.h"
#include "resend.h"
#include "visit.h"

/* A request's way to its connection. */
struct way {
	ngx_http_request_t *r;
	void *data; /* of those that come after */
	ngx_event_get_peer_pt get;
	ngx_event_free_peer_pt free;
	ngx_event_set_peer_session_pt set_session;
	ngx_event_save_peer_session_pt save_session;
};

/* Where an SSL has the version of what it shows; it keeps its place. */
static int version_index = -1;

/* ---- Which certificate ----------------------------------------------------- */

/* That a request is signed with; NULL: none. */
static const struct apam_client_certificate *
wanted(ngx_http_request_t *r)
{
	const struct visit *v = visit_of(r);

	return v == NULL ? NULL : v->signature.certificate;
}

/* Its version, as an SSL keeps it; NULL: none. */
static void *
version_of(const struct apam_client_certificate *pair)
{
	return pair == NULL ? NULL : (void *)(uintptr_t)pair->version;
}

/* That of what a connection shows. */
static void *
shown(const ngx_connection_t *c)
{
	return c->ssl == NULL ?
	    NULL :
	    SSL_get_ex_data(c->ssl->connection, version_index);
}

/* ---- The connection ---------------------------------------------------------- */

static void
close_kept(ngx_connection_t *c)
{
	if (c->ssl != NULL) {
		c->ssl->no_wait_shutdown = 1;
		c->ssl->no_send_shutdown = 1;
		(void)ngx_ssl_shutdown(c);
	}
	ngx_destroy_pool(c->pool);
	ngx_close_connection(c);
}

/*
 * NGX_DONE: nginx has kept one.  In the place of one that shows something else
 * the request makes a new one, to the same server.
 */
static ngx_int_t
get(ngx_peer_connection_t *pc, void *data)
{
	struct way *way = data;
	const ngx_int_t rc = way->get(pc, way->data);
	ngx_connection_t *c = pc->connection;

	if (rc != NGX_DONE || shown(c) == version_of(wanted(way->r)))
		return rc;
	pc->connection = NULL;
	pc->cached = 0;
	close_kept(c);
	return NGX_OK;
}

/* One that is kept needs no key any more. */
static void
let_go(ngx_peer_connection_t *pc, void *data, ngx_uint_t state)
{
	struct way *way = data;

	if (pc->connection != NULL && shown(pc->connection) != NULL)
		client_key_forget(pc->connection->ssl->connection);
	way->free(pc, way->data, state);
}

/* ---- TLS --------------------------------------------------------------------- */

/* Before its handshake. */
static ngx_int_t
set_session(ngx_peer_connection_t *pc, void *data)
{
	struct way *way = data;
	const struct apam_client_certificate *pair = wanted(way->r);
	ngx_ssl_connection_t *tls = pc->connection->ssl;

	if (pair == NULL)
		return way->set_session(pc, way->data);
	tls->save_session = NULL;
	if (SSL_set_ex_data(tls->connection, version_index, version_of(pair)) ==
		1 &&
	    client_key_use(tls->connection, pair))
		return NGX_OK;
	visit_of(way->r)->why =
	    "the client certificate or its key cannot be used: are both PEM, "
	    "does one belong to the other, is the passphrase right?";
	return NGX_ERROR;
}

static void
save_session(ngx_peer_connection_t *pc, void *data)
{
	struct way *way = data;

	way->save_session(pc, way->data);
}

/* ---- Upstreams ------------------------------------------------------------- */

/*
 * A type of socket that there is not.  Where nginx makes a connection without
 * asking the functions here, as to a host that it looks up for one request, it
 * cannot make it.
 */
#define NO_SOCKET (-1)

void
upstream_guard(ngx_http_request_t *r)
{
	if (r->upstream == NULL || r->upstream->peer.get != NULL ||
	    wanted(r) == NULL)
		return;
	r->upstream->peer.type = NO_SOCKET;
	visit_of(r)->why =
	    "the profile signs with a client certificate: "
	    "proxy_pass has to name an upstream of nginx's files";
}

/* NULL, or why nginx would send without the certificate. */
static const char *
problem(const ngx_http_upstream_t *u)
{
	if (!u->ssl)
		return "the profile signs with a client certificate, and nginx "
		       "is told to send without TLS";
	if (!u->conf->ssl_session_reuse)
		return "the profile signs with a client certificate, for which "
		       "proxy_ssl_session_reuse has to be on";
	return NULL;
}

static ngx_http_upstream_init_peer_pt
init_of(ngx_http_request_t *r, const ngx_http_upstream_srv_conf_t *us)
{
	const struct main_conf *main = ngx_http_get_module_main_conf(
	    r, ngx_http_apam_module);
	const struct upstream_hold *hold = main->upstreams.elts;

	while (hold->of != us)
		hold++;
	return hold->init;
}

/* What upstream_guard did is undone: the functions here are asked. */
static const char *
admit(ngx_http_request_t *r)
{
	if (wanted(r) == NULL)
		return NULL;
	r->upstream->peer.type = 0;
	visit_of(r)->why = problem(r->upstream);
	return visit_of(r)->why;
}

static ngx_int_t
init_peer(ngx_http_request_t *r, ngx_http_upstream_srv_conf_t *us)
{
	ngx_peer_connection_t *pc = &r->upstream->peer;
	struct way *way = ngx_palloc(r->pool, sizeof(*way));

	if (way == NULL || admit(r) != NULL || init_of(r, us)(r, us) != NGX_OK)
		return NGX_ERROR;
	resend_watch(visit_of(r));
	*way = (struct way){ r, pc->data, pc->get, pc->free, pc->set_session,
		pc->save_session };
	pc->data = way;
	pc->get = get;
	pc->free = let_go;
	pc->set_session = set_session;
	pc->save_session = save_session;
	return NGX_OK;
}

bool
upstream_fits(ngx_http_request_t *r)
{
	const ngx_http_upstream_t *u = r->upstream;
	const struct apam_client_certificate *pair = wanted(r);

	if (u->peer.connection->ssl != NULL)
		return shown(u->peer.connection) == version_of(pair);
	return pair == NULL || (u->peer.get == get && problem(u) == NULL);
}

ngx_int_t
upstream_install(ngx_conf_t *cf)
{
	struct main_conf *main = ngx_http_conf_get_module_main_conf(
	    cf, ngx_http_apam_module);
	ngx_http_upstream_main_conf_t *all = ngx_http_conf_get_module_main_conf(
	    cf, ngx_http_upstream_module);
	ngx_http_upstream_srv_conf_t **us = all->upstreams.elts;
	struct upstream_hold *hold;

	if (version_index < 0)
		version_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (version_index < 0)
		return NGX_ERROR;
	for (ngx_uint_t i = 0; i < all->upstreams.nelts; i++) {
		if (us[i]->peer.init == NULL)
			continue;
		hold = ngx_array_push(&main->upstreams);
		if (hold == NULL)
			return NGX_ERROR;
		*hold = (struct upstream_hold){ us[i], us[i]->peer.init };
		us[i]->peer.init = init_peer;
	}
	return NGX_OK;
}
