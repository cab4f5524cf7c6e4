/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Places are found by a hash of profile and user, and are counted without a lock
 * once they are there; the lock is for what is new.  Where all are taken, what
 * else comes is counted together.
 */
#include "tally.h"

#include "json_text.h"
#include "problem.h"
#include "refused.h"

#include <unistd.h>

#define CALLS 256 /* pairs of a profile and a user */
#define NOBODY ((uint64_t)-1) /* in the place of a user */

struct call {
	uint64_t hash; /* 0: the place is free */
	uint64_t uid;
	uint64_t done, refused;
	uint64_t done_at, refused_at; /* the last one, Unix s; 0: none */
	char profile[APAM_NAME_SIZE];
};

struct tally {
	uint64_t since; /* Unix s */
	struct call calls[CALLS];
	struct refused refused;
};

static ngx_shm_zone_t *zone;

/* A worker's last pair, which mostly is the next one, too; NULL: none yet. */
static struct call *last;

/* ---- The memory ----------------------------------------------------------- */

static ngx_slab_pool_t *
pool(void)
{
	return (ngx_slab_pool_t *)zone->shm.addr;
}

static struct tally *
tally(void)
{
	return zone == NULL ? NULL : zone->data;
}

/* What an earlier configuration had counted goes on. */
static ngx_int_t
begin(ngx_shm_zone_t *z, void *before)
{
	ngx_slab_pool_t *p = (ngx_slab_pool_t *)z->shm.addr;
	struct tally *t = before != NULL ? before : p->data;

	if (t == NULL)
		t = ngx_slab_calloc(p, sizeof(*t));
	if (t == NULL)
		return NGX_ERROR;
	if (t->since == 0)
		t->since = (uint64_t)ngx_time();
	p->data = t;
	z->data = t;
	return NGX_OK;
}

ngx_int_t
tally_install(ngx_conf_t *cf)
{
	const struct main_conf *main = ngx_http_conf_get_module_main_conf(
	    cf, ngx_http_apam_module);
	ngx_str_t name = TEXT("apam_tally");
	const size_t size = sizeof(struct tally) + 16 * ngx_pagesize;

	zone = NULL;
	last = NULL;
	if (!main->shows_calls)
		return NGX_OK;
	zone = ngx_shared_memory_add(cf, &name, size, &ngx_http_apam_module);
	if (zone == NULL)
		return NGX_ERROR;
	zone->init = begin;
	return NGX_OK;
}

/* ---- Counting ------------------------------------------------------------- */

/* FNV-1a, and never 0. */
static uint64_t
hash_of(uint64_t uid, const char *profile)
{
	uint64_t h = 0xcbf29ce484222325u ^ uid;

	for (; *profile != '\0'; profile++)
		h = (h ^ (unsigned char)*profile) * 0x100000001b3u;
	return h | 1;
}

static void
put(char *to, size_t size, const char *text)
{
	ngx_cpystrn((u_char *)to,
	    (u_char *)(uintptr_t)(text == NULL ? "" : text), size);
}

/* The place of a pair; the last one is everybody's who finds none. */
static struct call *
find(struct tally *t, uint64_t hash)
{
	for (size_t i = 0; i + 1 < CALLS; i++) {
		struct call *c = &t->calls[(hash + i) % (CALLS - 1)];
		const uint64_t there = __atomic_load_n(
		    &c->hash, __ATOMIC_ACQUIRE);

		if (there == hash || there == 0)
			return c;
	}
	return &t->calls[CALLS - 1];
}

static void
fill(struct call *c, uint64_t hash, uint64_t uid, const char *profile)
{
	c->uid = uid;
	put(c->profile, sizeof(c->profile), profile);
	__atomic_store_n(&c->hash, hash, __ATOMIC_RELEASE);
}

static struct call *
place_of(struct tally *t, uint64_t uid, const char *profile)
{
	struct call *c = last;
	uint64_t hash;

	if (c != NULL && c->uid == uid && strcmp(c->profile, profile) == 0)
		return c;
	hash = hash_of(uid, profile);
	c = find(t, hash);
	if (c->hash == hash) {
		last = c;
		return c;
	}
	ngx_shmtx_lock(&pool()->mutex);
	c = find(t, hash);
	if (c == &t->calls[CALLS - 1] && c->hash == 0)
		fill(c, 1, NOBODY, "");
	else if (c->hash == 0)
		fill(c, hash, uid, profile);
	ngx_shmtx_unlock(&pool()->mutex);
	return c;
}

static void
count(const struct apam_caller *caller, const char *profile, bool done)
{
	struct tally *t = tally();
	struct call *c;

	if (t == NULL)
		return;
	c = place_of(t, caller == NULL ? NOBODY : caller->uid,
	    profile == NULL ? "" : profile);
	__atomic_fetch_add(done ? &c->done : &c->refused, 1, __ATOMIC_RELAXED);
	__atomic_store_n(done ? &c->done_at : &c->refused_at,
	    (uint64_t)ngx_time(), __ATOMIC_RELAXED);
}

void
tally_signed(const struct apam_caller *caller, const char *profile)
{
	count(caller, profile, true);
}

void
tally_refused(const struct apam_caller *caller, const char *profile,
    const struct problem *problem)
{
	struct tally *t = tally();
	struct refusal *to;

	if (t == NULL)
		return;
	count(caller, profile, false);
	ngx_shmtx_lock(&pool()->mutex);
	to = refused_next(&t->refused, caller != NULL);
	to->at = (uint64_t)ngx_time();
	to->uid = caller == NULL ? NOBODY : caller->uid;
	to->status = problem->status;
	put(to->profile, sizeof(to->profile), profile);
	put(to->name, sizeof(to->name), problem->name);
	put(to->why, sizeof(to->why), problem->detail);
	ngx_shmtx_unlock(&pool()->mutex);
}

/* ---- Showing -------------------------------------------------------------- */

static bool
sees_all(const struct apam_caller *caller)
{
	return caller->uid == 0 || caller->uid == geteuid();
}

static u_char *
put_user(u_char *to, uint64_t uid)
{
	return uid == NOBODY ? ngx_sprintf(to, "null") :
			       ngx_sprintf(to, "%uL", uid);
}

static u_char *
put_call(u_char *to, const struct call *c)
{
	to = ngx_sprintf(to, "{\"uid\":");
	to = put_user(to, c->uid);
	to = json_put_member(to, "profile", c->profile);
	return ngx_sprintf(to,
	    ",\"signed\":%uL,\"signed_at\":%uL,\"refused\":%uL,"
	    "\"refused_at\":%uL},",
	    c->done, c->done_at, c->refused, c->refused_at);
}

static u_char *
put_refusal(u_char *to, const struct refusal *f)
{
	to = ngx_sprintf(
	    to, "{\"at\":%uL,\"status\":%uL,\"uid\":", f->at, f->status);
	to = put_user(to, f->uid);
	to = json_put_member(to, "profile", f->profile);
	to = json_put_member(to, "apam", f->name);
	to = json_put_member(to, "why", f->why);
	return ngx_sprintf(to, "},");
}

/* End a list that has a comma behind each element. */
static u_char *
end_list(u_char *to)
{
	if (to[-1] == ',')
		to--;
	*to++ = ']';
	return to;
}

static u_char *
put_calls(u_char *to, const struct tally *t, uint64_t uid, bool all)
{
	*to++ = '[';
	for (size_t i = 0; i < CALLS; i++)
		if (t->calls[i].hash != 0 && (all || t->calls[i].uid == uid))
			to = put_call(to, &t->calls[i]);
	return end_list(to);
}

/* The last one first. */
static u_char *
put_refusals(u_char *to, const struct tally *t, uint64_t uid, bool all)
{
	const struct refusal *f = refused_before(&t->refused, UINT64_MAX);

	*to++ = '[';
	for (; f != NULL; f = refused_before(&t->refused, f->number))
		if (all || f->uid == uid)
			to = put_refusal(to, f);
	return end_list(to);
}

ngx_buf_t *
tally_json(ngx_http_request_t *r, const struct apam_caller *caller)
{
	static const size_t of_call = 6 * APAM_NAME_SIZE + 200;
	static const size_t of_refusal = 6 *
		(APAM_NAME_SIZE + 32 + REFUSED_WHY_SIZE) +
	    200;
	const struct tally *t = tally();
	const bool all = sees_all(caller);
	ngx_buf_t *b = ngx_create_temp_buf(
	    r->pool, 256 + CALLS * of_call + REFUSED_MAX * of_refusal);

	if (b == NULL || t == NULL)
		return NULL;
	b->last = ngx_sprintf(b->last,
	    "{\"now\":%T,\"since\":%uL,\"caller\":%ul,\"all\":%s,\"calls\":",
	    ngx_time(), t->since, caller->uid, all ? "true" : "false");
	ngx_shmtx_lock(&pool()->mutex);
	b->last = put_calls(b->last, t, caller->uid, all);
	b->last = ngx_sprintf(b->last, ",\"refusals\":");
	b->last = put_refusals(b->last, t, caller->uid, all);
	ngx_shmtx_unlock(&pool()->mutex);
	b->last = ngx_sprintf(b->last, "}\n");
	return b;
}
