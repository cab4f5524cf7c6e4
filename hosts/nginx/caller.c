/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On a Unix socket the kernel says who connected, and with which groups.  On TCP
 * nothing does, but a token that this user alone can read.  What carries the
 * token is never sent on.
 */
#include "caller.h"

#include "carried.h"
#include "sockets.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

/* ---- Unix sockets ----------------------------------------------------- */

/* All groups that the peer had when it connected; NULL without memory. */
static gid_t *
peer_groups(ngx_http_request_t *r, socklen_t *size)
{
	const ngx_socket_t fd = r->connection->fd;
	gid_t *groups;

	*size = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, size) < 0 &&
	    ngx_socket_errno != ERANGE)
		*size = 0;
	groups = ngx_palloc(r->pool, *size + sizeof(gid_t));
	if (groups != NULL && *size > 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, size) < 0)
		*size = 0;
	return groups;
}

static ngx_int_t
peer(ngx_http_request_t *r, struct apam_caller *caller, const char **why)
{
	struct ucred who = { 0 };
	socklen_t size = sizeof(who);
	unsigned long *gids;
	gid_t *groups;

	if (r->connection->local_sockaddr->sa_family != AF_UNIX ||
	    getsockopt(
		r->connection->fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0 ||
	    who.pid == 0 || !sockets_is_known(who.uid)) {
		*why = "nobody can tell who calls: the gateway takes requests "
		       "on its Unix socket alone";
		return NGX_DECLINED;
	}
	groups = peer_groups(r, &size);
	gids = ngx_palloc(r->pool, (size / sizeof(gid_t) + 1) * sizeof(*gids));
	if (groups == NULL || gids == NULL)
		return NGX_ERROR;
	caller->uid = who.uid;
	caller->gids = gids;
	gids[caller->gid_count++] = who.gid;
	for (size_t i = 0; i < size / sizeof(gid_t); i++)
		gids[caller->gid_count++] = groups[i];
	return NGX_OK;
}

/* ---- Loopback --------------------------------------------------------- */

/* No groups are known: that would be a question to the name service. */
static ngx_int_t
socket_owner(
    ngx_http_request_t *r, struct apam_caller *caller, const char **why)
{
	return sockets_user(r->connection->fd, &caller->uid, why) ?
	    NGX_OK :
	    NGX_DECLINED;
}

/* ---- Tokens ----------------------------------------------------------- */

bool
caller_is_token(const struct location_conf *conf, ngx_str_t value)
{
	return conf->callers == CALLERS_TOKEN && carried(value, conf->token);
}

bool
caller_has_token(ngx_http_request_t *r, const struct location_conf *conf)
{
	for (const ngx_list_part_t *p = &r->headers_in.headers.part; p != NULL;
	     p = p->next) {
		const ngx_table_elt_t *h = p->elts;

		for (ngx_uint_t i = 0; i < p->nelts; i++)
			if (caller_is_token(conf, h[i].value))
				return true;
	}
	return false;
}

/* This process: a worker changes neither its user nor its groups. */
static struct apam_caller self;

/*
 * Who knows the token is this process's own user.  The groups are read once, into
 * memory of the process's that stays.
 */
static bool
read_self(void)
{
	const int n = getgroups(0, NULL);
	gid_t *groups = calloc((size_t)n + 1, sizeof(*groups));
	unsigned long *gids = calloc((size_t)n + 1, sizeof(*gids));
	const int got = groups == NULL || n < 0 ? -1 : getgroups(n, groups);

	if (gids != NULL && got >= 0) {
		gids[0] = getegid();
		for (int i = 0; i < got; i++)
			gids[i + 1] = groups[i];
		self = (struct apam_caller){ .size = sizeof(self),
			.uid = geteuid(),
			.own = 1,
			.gids = gids,
			.gid_count = (size_t)got + 1 };
	} else {
		free(gids);
	}
	free(groups);
	return self.gids != NULL;
}

static ngx_int_t
own(struct apam_caller *caller)
{
	if (self.gids == NULL && !read_self())
		return NGX_ERROR;
	*caller = self;
	return NGX_OK;
}

ngx_int_t
caller_find(ngx_http_request_t *r, const struct location_conf *conf,
    bool has_token, struct apam_caller *caller, const char **why)
{
	const bool local = r->connection->local_sockaddr->sa_family == AF_UNIX;

	*caller = (struct apam_caller){ .size = sizeof(*caller) };
	if (conf->callers == CALLERS_PEER ||
	    (conf->callers == CALLERS_SOCKETS && local))
		return peer(r, caller, why);
	if (conf->callers == CALLERS_SOCKETS)
		return socket_owner(r, caller, why);
	if (has_token)
		return own(caller);
	*why = "the request has no token, or not the right one";
	return NGX_DECLINED;
}
