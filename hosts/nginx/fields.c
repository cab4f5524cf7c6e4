/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nginx's proxy sends what the list headers_in.headers has, but for what it
 * sets itself.  So the list is made anew.
 */
#include "fields.h"

#include "caller.h"
#include "carried.h"

/* ---- Names ------------------------------------------------------------ */

/* Many servers cannot tell '_' from '-', nor upper from lower case. */
static u_char
plain(u_char c)
{
	return c == '_' ? '-' : (u_char)ngx_tolower(c);
}

static bool
same_name(struct apam_str a, struct apam_str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (plain((u_char)a.p[i]) != plain((u_char)b.p[i]))
			return false;
	return true;
}

/* Those that nginx's proxy would send on. */
static bool
is_of_connection(struct apam_str name)
{
	switch (name.n) {
	case sizeof("TE") - 1:
		return same_name(name, APAM_STR("TE"));
	case sizeof("Keep-Alive") - 1:
		return same_name(name, APAM_STR("Keep-Alive"));
	case sizeof("Proxy-Connection") - 1:
		return same_name(name, APAM_STR("Proxy-Connection"));
	case sizeof("Proxy-Authorization") - 1:
		return same_name(name, APAM_STR("Proxy-Authorization"));
	default:
		return false;
	}
}

/* True where a value of Connection, with commas between, names it. */
static bool
is_listed(ngx_str_t value, struct apam_str name)
{
	size_t from = 0, to;

	for (size_t i = 0; i <= value.len; i++) {
		if (i < value.len && value.data[i] != ',')
			continue;
		for (to = i; to > from && value.data[to - 1] <= ' ';)
			to--;
		while (from < to && value.data[from] <= ' ')
			from++;
		if (same_name(name,
			(struct apam_str){
			    (char *)value.data + from, to - from }))
			return true;
		from = i + 1;
	}
	return false;
}

/* ---- Walking the list ------------------------------------------------- */

struct walk {
	const ngx_list_part_t *part;
	ngx_uint_t i;
};

static const ngx_table_elt_t *
next(struct walk *w)
{
	while (w->part != NULL && w->i >= w->part->nelts) {
		w->part = w->part->next;
		w->i = 0;
	}
	return w->part == NULL ?
	    NULL :
	    (const ngx_table_elt_t *)w->part->elts + w->i++;
}

static bool
is_connection(const ngx_table_elt_t *h)
{
	return same_name(view_of(h->key), APAM_STR("Connection"));
}

/* The connection's own words, as "close", name no header that there is. */
static bool
is_nominated(ngx_http_request_t *r, struct apam_str name)
{
	struct walk w = { &r->headers_in.headers.part, 0 };
	const ngx_table_elt_t *h;

	while ((h = next(&w)) != NULL)
		if (is_connection(h) && is_listed(h->value, name))
			return true;
	return false;
}

static bool
has_placeholder(const struct location_conf *conf, ngx_str_t value)
{
	const ngx_array_t *all = conf->placeholders;
	const ngx_str_t *texts = all == NULL ? NULL : all->elts;

	for (ngx_uint_t i = 0; all != NULL && i < all->nelts; i++)
		if (carried(value, texts[i]))
			return true;
	return false;
}

/* Whatever carries the token is not looked at here. */
static bool
is_sent_on(ngx_http_request_t *r, const struct location_conf *conf,
    const ngx_table_elt_t *h, bool nominates)
{
	const struct apam_str name = view_of(h->key);

	if (same_name(name, APAM_STR("Upgrade")))
		return true; /* nginx's configuration decides */
	return !is_of_connection(name) &&
	    !(nominates && is_nominated(r, name)) &&
	    !has_placeholder(conf, h->value);
}

/* ---- Cookies ---------------------------------------------------------- */

/* RFC 9113, 8.2.3: the lines of Cookie are one, with "; " between. */
static ngx_int_t
add_cookie(ngx_http_request_t *r, struct apam_header *to, ngx_str_t value)
{
	u_char *p = ngx_pnalloc(r->pool, to->value.n + value.len + 2);

	if (p == NULL)
		return NGX_ERROR;
	ngx_memcpy(p, to->value.p, to->value.n);
	ngx_memcpy(p + to->value.n, "; ", 2);
	ngx_memcpy(p + to->value.n + 2, value.data, value.len);
	to->value.p = (char *)p;
	to->value.n += value.len + 2;
	return NGX_OK;
}

static ngx_int_t
keep(ngx_http_request_t *r, struct fields *f, const ngx_table_elt_t *h)
{
	const struct apam_str cookie = APAM_STR("Cookie");
	const struct apam_header it = { view_of(h->key), view_of(h->value) };

	if (same_name(it.name, cookie))
		for (size_t i = 0; i < f->count; i++)
			if (same_name(f->kept[i].name, cookie))
				return add_cookie(r, &f->kept[i], h->value);
	f->from[f->count] = h;
	f->kept[f->count++] = it;
	return NGX_OK;
}

static ngx_int_t
take_one(ngx_http_request_t *r, const struct location_conf *conf,
    struct fields *f, const ngx_table_elt_t *h, bool nominates)
{
	if (caller_is_token(conf, h->value)) {
		f->has_token = true;
		return NGX_OK;
	}
	return is_sent_on(r, conf, h, nominates) ? keep(r, f, h) : NGX_OK;
}

ngx_int_t
fields_take(
    ngx_http_request_t *r, const struct location_conf *conf, struct fields *f)
{
	struct walk w = { &r->headers_in.headers.part, 0 };
	const ngx_table_elt_t *h;
	size_t room = 1;
	bool nominates = false;

	for (const ngx_list_part_t *p = w.part; p != NULL; p = p->next)
		room += p->nelts;
	f->client = r->headers_in.headers;
	f->count = 0;
	f->has_token = false;
	f->kept = ngx_palloc(
	    r->pool, room * (sizeof(*f->kept) + sizeof(*f->from)));
	if (f->kept == NULL)
		return NGX_ERROR;
	f->from = (void *)(f->kept + room);
	while ((h = next(&w)) != NULL)
		nominates = nominates || is_connection(h);
	w = (struct walk){ &r->headers_in.headers.part, 0 };
	while ((h = next(&w)) != NULL)
		if (take_one(r, conf, f, h, nominates) != NGX_OK)
			return NGX_ERROR;
	return NGX_OK;
}

/* ---- Replacing -------------------------------------------------------- */

/* A header of the client's: its name is as it came, its value as it is kept. */
static ngx_int_t
push_kept(ngx_http_request_t *r, const struct fields *f, size_t i)
{
	ngx_table_elt_t *h = ngx_list_push(&r->headers_in.headers);

	if (h == NULL)
		return NGX_ERROR;
	*h = *f->from[i];
	h->value = (ngx_str_t){ f->kept[i].value.n,
		(u_char *)(uintptr_t)f->kept[i].value.p };
	return NGX_OK;
}

/* Set what nginx knows a name by; NGX_ERROR without memory. */
static ngx_int_t
set_hash(ngx_http_request_t *r, ngx_table_elt_t *h)
{
	static u_char low[] = "authorization";
	static ngx_uint_t hash; /* of that */
	const size_t n = sizeof(low) - 1;

	/* Most schemes sign by this one. */
	if (h->key.len == n &&
	    ngx_memcmp(h->key.data, "Authorization", n) == 0) {
		if (hash == 0)
			hash = ngx_hash_strlow(low, low, n);
		h->lowcase_key = low;
		h->hash = hash;
		return NGX_OK;
	}
	h->lowcase_key = ngx_pnalloc(r->pool, h->key.len);
	if (h->lowcase_key == NULL)
		return NGX_ERROR;
	h->hash = ngx_hash_strlow(h->lowcase_key, h->key.data, h->key.len);
	return NGX_OK;
}

static ngx_int_t
push(ngx_http_request_t *r, struct apam_header from)
{
	ngx_table_elt_t *h = ngx_list_push(&r->headers_in.headers);

	if (h == NULL)
		return NGX_ERROR;
	ngx_memzero(h, sizeof(*h));
	h->key = (ngx_str_t){ from.name.n, (u_char *)(uintptr_t)from.name.p };
	h->value = (ngx_str_t){ from.value.n,
		(u_char *)(uintptr_t)from.value.p };
	return set_hash(r, h);
}

static bool
is_signed(const struct apam_signature *signature, struct apam_str name)
{
	for (size_t i = 0; i < signature->header_count; i++)
		if (same_name(signature->headers[i].name, name))
			return true;
	return false;
}

ngx_int_t
fields_replace(ngx_http_request_t *r, struct fields *f,
    const struct apam_signature *signature)
{
	f->replaced = true;
	if (ngx_list_init(&r->headers_in.headers, r->pool,
		f->count + signature->header_count + 1,
		sizeof(ngx_table_elt_t)) != NGX_OK)
		return NGX_ERROR;
	for (size_t i = 0; i < f->count; i++)
		if (!is_signed(signature, f->kept[i].name) &&
		    push_kept(r, f, i) != NGX_OK)
			return NGX_ERROR;
	for (size_t i = 0; i < signature->header_count; i++)
		if (push(r, signature->headers[i]) != NGX_OK)
			return NGX_ERROR;
	return NGX_OK;
}

void
fields_restore(ngx_http_request_t *r, struct fields *f)
{
	if (!f->replaced)
		return;
	f->replaced = false;
	r->headers_in.headers = f->client;
	if (f->client.part.next == NULL)
		r->headers_in.headers.last = &r->headers_in.headers.part;
}
