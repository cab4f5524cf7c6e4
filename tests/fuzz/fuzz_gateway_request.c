/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gateway_request: a request as nginx's parser leaves it, a part a line: the
 * location's origin and prefix, which may be empty; scheme and authority of an
 * absolute URL, or nothing; the raw path; and headers.  Wherever it may be sent,
 * that is the location's origin or what was asked for, and the path is the
 * client's; a web page of another origin gets nothing; and no header is sent on
 * that belongs to the connection, carries the token, or could be read as one
 * that is signed.
 *
 * The few functions of nginx's that this needs stand here, as nginx has them:
 * its sources are not installed.
 */
#include "hosts/nginx/nginx.h"

#include "hosts/nginx/caller.c"
#include "hosts/nginx/carried.c"
#include "hosts/nginx/fields.c"

#define refuse target_refuse
#define same_name target_same_name
#include "hosts/nginx/target.c"
#undef same_name
#undef refuse

#include "fuzz.h"

#define HEADERS_MAX 12
#define TOKEN "not-a-secret-but-a-token"

ngx_module_t ngx_http_apam_module;

bool
sockets_is_known(unsigned long user)
{
	return user != 65534;
}

/* The kernel knows nothing of a connection that there is not. */
bool
sockets_user(int fd, unsigned long *user, const char **why)
{
	(void)fd;
	(void)user;
	*why = "there is no connection";
	return false;
}

/* ---- nginx ------------------------------------------------------------ */

/* What a pool gave out. */
static void *given[256];
static size_t given_count;

void *
ngx_palloc(ngx_pool_t *pool, size_t n)
{
	void *p = given_count < 256 ? malloc(n) : NULL;

	(void)pool;
	if (p != NULL)
		given[given_count++] = p;
	return p;
}

void *
ngx_pnalloc(ngx_pool_t *pool, size_t n)
{
	return ngx_palloc(pool, n);
}

/* Of one part alone, which is as large as it was made. */
void *
ngx_list_push(ngx_list_t *l)
{
	if (l->last->nelts == l->nalloc)
		return NULL;
	return (char *)l->last->elts + l->size * l->last->nelts++;
}

ngx_uint_t
ngx_hash_strlow(u_char *to, u_char *from, size_t n)
{
	ngx_uint_t key = 0;

	for (size_t i = 0; i < n; i++) {
		to[i] = ngx_tolower(from[i]);
		key = ngx_hash(key, to[i]);
	}
	return key;
}

ngx_int_t
ngx_strncasecmp(u_char *a, u_char *b, size_t n)
{
	return strncasecmp((char *)a, (char *)b, n);
}

ngx_int_t
ngx_atoi(u_char *line, size_t n)
{
	ngx_int_t value = 0;

	if (n == 0)
		return NGX_ERROR;
	for (size_t i = 0; i < n; i++) {
		if (line[i] < '0' || line[i] > '9' || value > 99999999)
			return NGX_ERROR;
		value = value * 10 + (line[i] - '0');
	}
	return value;
}

in_port_t
ngx_inet_get_port(struct sockaddr *sa)
{
	(void)sa;
	return 8080;
}

/* Letters stand for themselves: what matters is where the bytes end. */
ngx_int_t
ngx_decode_base64(ngx_str_t *to, ngx_str_t *from)
{
	if (from->len % 4 == 1)
		return NGX_ERROR;
	to->len = from->len * 3 / 4;
	ngx_memcpy(to->data, from->data, to->len);
	return NGX_OK;
}

bool
conf_is_by_url(const struct location_conf *conf)
{
	return conf->origin.len == 0;
}

ngx_str_t
conf_authority(ngx_str_t origin)
{
	const size_t n = origin.len > 5 && origin.data[4] == 's' ? 8 : 7;

	return (ngx_str_t){ origin.len - n, origin.data + n };
}

/* ---- A request -------------------------------------------------------- */

struct input {
	struct location_conf conf;
	struct answered answered;
	ngx_array_t hosts;
	ngx_str_t names[2];
	ngx_http_request_t r;
	ngx_connection_t c;
	struct sockaddr own;
	ngx_table_elt_t headers[HEADERS_MAX];
	u_char low[64];
};

/* The next line, without its end. */
static ngx_str_t
line(char **rest)
{
	const size_t n = strcspn(*rest, "\n");
	ngx_str_t s = { n, (u_char *)*rest };

	*rest += n + ((*rest)[n] != '\0');
	return s;
}

static void
take_header(struct input *in, ngx_str_t text)
{
	u_char *colon = memchr(text.data, ':', text.len);
	ngx_list_part_t *part = &in->r.headers_in.headers.part;
	ngx_table_elt_t *h = &in->headers[part->nelts];

	if (colon == NULL || part->nelts == HEADERS_MAX)
		return;
	h->key = (ngx_str_t){ (size_t)(colon - text.data), text.data };
	h->value = (ngx_str_t){ text.len - h->key.len - 1, colon + 1 };
	h->lowcase_key = in->low;
	part->nelts++;
	if (same_nocase(h->key, TEXT("Host")))
		in->r.headers_in.host = h;
}

static void
take_absolute(ngx_http_request_t *r, ngx_str_t url)
{
	u_char *end = url.data + url.len;
	u_char *mark = memmem(url.data, url.len, "://", 3), *colon;

	if (mark == NULL)
		return;
	r->schema_start = url.data;
	r->schema_end = mark;
	r->host_start = mark + 3;
	colon = memrchr(r->host_start, ':', (size_t)(end - r->host_start));
	r->host_end = colon == NULL ? end : colon;
	r->port_end = colon == NULL ? NULL : end;
}

/* As nginx's configuration has it. */
static bool
has_scheme(ngx_str_t origin)
{
	return origin.len > 8 &&
	    (memcmp(origin.data, "https://", 8) == 0 ||
		memcmp(origin.data, "http://", 7) == 0);
}

static void
take(struct input *in, char *text)
{
	ngx_list_t *list = &in->r.headers_in.headers;

	memset(in, 0, sizeof(*in));
	in->names[0] = TEXT("localhost");
	in->names[1] = TEXT("[::1]");
	in->hosts = (ngx_array_t){ .elts = in->names, .nelts = 2 };
	in->conf.hosts = &in->hosts;
	in->conf.answered = &in->answered;
	in->conf.callers = CALLERS_TOKEN;
	in->conf.token = TEXT(TOKEN);
	in->conf.origin = line(&text);
	if (!has_scheme(in->conf.origin))
		in->conf.origin.len = 0;
	in->conf.prefix = line(&text);
	in->own.sa_family = in->conf.prefix.len % 2 == 0 ? AF_UNIX : AF_INET;
	in->c.local_sockaddr = &in->own;
	in->r.connection = &in->c;
	take_absolute(&in->r, line(&text));
	in->r.unparsed_uri = line(&text);
	list->part.elts = in->headers;
	list->last = &list->part;
	list->size = sizeof(in->headers[0]);
	list->nalloc = HEADERS_MAX;
	while (*text != '\0')
		take_header(in, line(&text));
}

/* ---- What has to hold ------------------------------------------------- */

static bool
begins(const char *text, ngx_str_t with)
{
	return strncmp(text, (const char *)with.data, with.len) == 0;
}

static void
check_target(struct input *in)
{
	struct target to;
	const ngx_str_t asked = target_asked(&in->r);
	const ngx_int_t rc = target_find(&in->r, &in->conf, &to);
	const ngx_str_t page = browser_of(&in->r).origin;

	if (rc == NGX_DECLINED) {
		HOLDS(to.why != NULL);
		HOLDS(to.status == 400 || to.status == 403 || to.status == 421);
		return;
	}
	HOLDS(rc == NGX_OK || fuzz_is_starved());
	if (rc != NGX_OK)
		return;
	HOLDS(asked.len > 0);
	HOLDS(in->conf.origin.len > 0 ? begins(to.url, in->conf.origin) :
					begins(to.url, TEXT("https://")));
	HOLDS(to.authority.len > 0);
	HOLDS(begins(strstr(to.url, "://") + 3, to.authority));
	HOLDS(strstr(to.url, "://")[3 + to.authority.len] == '/');
	HOLDS(page.len == 0 || same_nocase(conf_authority(page), asked));
	HOLDS(memmem(asked.data, asked.len, "@", 1) == NULL);
	HOLDS(memmem(asked.data, asked.len, "?", 1) == NULL);
	HOLDS(strlen(to.url) ==
	    to.authority.len + to.path.len +
		(size_t)(strstr(to.url, "://") + 3 - to.url));
	HOLDS(strcmp(to.url + strlen(to.url) - to.path.len,
		  (const char *)to.path.data) == 0);
}

/* By a Host that was answered once the answer is the same. */
static void
check_again(struct input *in)
{
	struct target first, again;
	const ngx_int_t rc = target_find(&in->r, &in->conf, &first);
	const ngx_int_t other = target_find(&in->r, &in->conf, &again);

	HOLDS(other == rc || fuzz_is_starved());
	if (rc == NGX_OK && other == NGX_OK)
		HOLDS(strcmp(first.url, again.url) == 0);
}

static struct apam_header signed_headers[] = {
	{ { "Authorization", 13 }, { "Bearer fake", 11 } },
	{ { "X-Api-Key", 9 }, { "fake", 4 } },
};

static void
check_sent(struct input *in, const struct apam_signature *signature)
{
	const ngx_list_part_t *part = &in->r.headers_in.headers.part;
	const ngx_table_elt_t *h = part->elts;
	size_t ours = 0;

	for (ngx_uint_t i = 0; i < part->nelts; i++) {
		const struct apam_str name = view_of(h[i].key);

		ours += is_signed(signature, name);
		HOLDS(!is_of_connection(name));
		HOLDS(h[i].value.len != sizeof(TOKEN) - 1 ||
		    memcmp(h[i].value.data, TOKEN, sizeof(TOKEN) - 1) != 0);
	}
	HOLDS(ours == signature->header_count);
}

static void
check_fields(struct input *in)
{
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct fields f = { .count = 0 };

	signature.headers = signed_headers;
	signature.header_count = 2;
	if (fields_take(&in->r, &in->conf, &f) != NGX_OK) {
		HOLDS(fuzz_is_starved());
		return;
	}
	if (fields_replace(&in->r, &f, &signature) == NGX_OK)
		check_sent(in, &signature);
	else
		HOLDS(fuzz_is_starved());
	fields_restore(&in->r, &f);
	HOLDS(in->r.headers_in.headers.part.elts == in->headers);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	struct input *in = fuzz_alloc(sizeof(*in));

	take(in, text);
	check_target(in);
	check_again(in);
	check_fields(in);
	while (given_count > 0)
		free(given[--given_count]);
	free(in);
	free(text);
	return 0;
}
