/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directives.  Whatever is wrong is said when nginx reads its files, with
 * the line: a worker finds nothing wrong with them.
 */
#include "conf.h"

#include "address.h"
#include "upstream.h"

#define TOKEN_MIN 16 /* bytes; fewer could be guessed */
#define TOKEN_MAX 256

/* ---- Values ----------------------------------------------------------- */

static char *
refuse(ngx_conf_t *cf, const ngx_str_t *name, const char *why)
{
	ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V: %s", name, why);
	return NGX_CONF_ERROR;
}

bool
conf_is_by_url(const struct location_conf *conf)
{
	return conf->profile.len == 1 && conf->profile.data[0] == '*';
}

ngx_str_t
conf_authority(ngx_str_t origin)
{
	const size_t scheme = origin.len > 5 && origin.data[4] == 's' ?
	    sizeof("https://") - 1 :
	    sizeof("http://") - 1;

	return (ngx_str_t){ origin.len - scheme, origin.data + scheme };
}

static bool
starts(ngx_str_t s, const char *with)
{
	const size_t n = ngx_strlen(with);

	return s.len > n && ngx_strncmp(s.data, with, n) == 0;
}

/* Note a profile that a location names, once. */
static bool
note_profile(struct main_conf *main, ngx_str_t name)
{
	ngx_str_t *known = main->profiles.elts;

	for (ngx_uint_t i = 0; i < main->profiles.nelts; i++)
		if (known[i].len == name.len &&
		    ngx_memcmp(known[i].data, name.data, name.len) == 0)
			return true;
	known = ngx_array_push(&main->profiles);
	if (known == NULL)
		return false;
	*known = name;
	return true;
}

/* ---- Directives ------------------------------------------------------- */

/* What nginx completes with the directive's name and the line. */
static char duplicate[] = "is duplicate";

static char *
set_profile(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	struct main_conf *main = ngx_http_conf_get_module_main_conf(
	    cf, ngx_http_apam_module);
	struct location_conf *l = conf;
	const ngx_str_t *word = cf->args->elts;

	if (l->profile.data != NULL)
		return duplicate;
	l->profile = word[1];
	if (ngx_strcmp(word[1].data, "off") == 0) {
		l->profile.len = 0;
		return NGX_CONF_OK;
	}
	if (word[1].len == 0 || word[1].len >= APAM_NAME_SIZE)
		return refuse(cf, &cmd->name, "expected a profile's name");
	main->in_use = true;
	if (!conf_is_by_url(l) && !note_profile(main, word[1]))
		return NGX_CONF_ERROR;
	return NGX_CONF_OK;
}

static char *
set_config(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	struct main_conf *main = conf;
	const ngx_str_t *word = cf->args->elts;

	if (main->config.data != NULL)
		return duplicate;
	main->in_use = true;
	main->config = word[1];
	main->user = cf->args->nelts == 3;
	if (main->user && ngx_strcmp(word[2].data, "user") != 0)
		return refuse(cf, &cmd->name,
		    "after the file there may be the word `user`: files of the "
		    "workers' user are then trusted as well as root's");
	return ngx_conf_full_name(cf->cycle, &main->config, 1) == NGX_OK ?
	    NGX_CONF_OK :
	    NGX_CONF_ERROR;
}

static char *
set_origin(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	struct location_conf *l = conf;
	const ngx_str_t *word = cf->args->elts;
	ngx_str_t rest;

	if (l->origin.data != NULL)
		return duplicate;
	if (!starts(word[1], "https://") && !starts(word[1], "http://"))
		return refuse(cf, &cmd->name,
		    "expected an origin, as https://api.example");
	rest = conf_authority(word[1]);
	for (size_t i = 0; i < rest.len; i++)
		if (rest.data[i] == '/' || rest.data[i] == '?' ||
		    rest.data[i] == '@' || rest.data[i] <= ' ')
			return refuse(cf, &cmd->name,
			    "an origin has no user, path or query: write "
			    "https://HOST or https://HOST:PORT");
	l->origin = word[1];
	return NGX_CONF_OK;
}

static char *
set_prefix(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	struct location_conf *l = conf;
	const ngx_str_t *word = cf->args->elts;

	if (l->prefix.data != NULL)
		return duplicate;
	if (word[1].len < 2 || word[1].data[0] != '/' ||
	    word[1].data[word[1].len - 1] == '/')
		return refuse(cf, &cmd->name,
		    "expected the beginning of a path, without a slash at its "
		    "end, as /billing");
	l->prefix = word[1];
	return NGX_CONF_OK;
}

/* All words of the directive, into a list that is not there yet. */
static char *
take_words(ngx_conf_t *cf, ngx_array_t **to)
{
	const ngx_str_t *word = cf->args->elts;
	ngx_str_t *taken;

	if (*to != NULL)
		return duplicate;
	*to = ngx_array_create(cf->pool, cf->args->nelts, sizeof(ngx_str_t));
	for (ngx_uint_t i = 1; *to != NULL && i < cf->args->nelts; i++) {
		taken = ngx_array_push(*to);
		*taken = word[i];
	}
	return *to == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}

static char *
set_hosts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	struct location_conf *l = conf;

	(void)cmd;
	return take_words(cf, &l->hosts);
}

static char *
set_placeholders(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	struct location_conf *l = conf;

	(void)cmd;
	return take_words(cf, &l->placeholders);
}

/* What a token's file holds, as far as `size`; -1: it cannot be read. */
static ssize_t
read_file(ngx_conf_t *cf, ngx_str_t name, u_char *to, size_t size)
{
	ssize_t n;
	ngx_fd_t fd;

	if (ngx_conf_full_name(cf->cycle, &name, 1) != NGX_OK)
		return -1;
	fd = ngx_open_file(name.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
	if (fd == NGX_INVALID_FILE)
		return -1;
	n = read(fd, to, size);
	(void)ngx_close_file(fd);
	return n;
}

/* Take a file's bytes as the token, without the newline at their end. */
static char *
take_token(ngx_conf_t *cf, ngx_command_t *cmd, struct location_conf *l,
    const u_char *text, ssize_t n)
{
	if (n < 0)
		return refuse(
		    cf, &cmd->name, "the token's file cannot be read");
	while (n > 0 && (text[n - 1] == LF || text[n - 1] == CR))
		n--;
	if (n < TOKEN_MIN || n > TOKEN_MAX)
		return refuse(cf, &cmd->name,
		    "the token's file has to hold a token of 16 to 256 bytes");
	l->token.data = ngx_pnalloc(cf->pool, (size_t)n);
	if (l->token.data == NULL)
		return NGX_CONF_ERROR;
	l->token.len = (size_t)n;
	ngx_memcpy(l->token.data, text, (size_t)n);
	return NGX_CONF_OK;
}

static char *
read_token(
    ngx_conf_t *cf, ngx_command_t *cmd, struct location_conf *l, ngx_str_t name)
{
	u_char text[TOKEN_MAX + 2];
	char *wrong = take_token(
	    cf, cmd, l, text, read_file(cf, name, text, sizeof(text)));

	explicit_bzero(text, sizeof(text));
	return wrong;
}

static ngx_conf_enum_t plain_callers[] = {
	{ ngx_string("peer"), CALLERS_PEER },
	{ ngx_string("sockets"), CALLERS_SOCKETS },
	{ ngx_string("any"), CALLERS_ANY },
	{ ngx_null_string, 0 },
};

#define EXPECTED_CALLERS                                                       \
	"expected `peer`, `sockets`, `any`, or `token` and its file"

static char *
set_callers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	struct location_conf *l = conf;
	const ngx_str_t *word = cf->args->elts;
	const bool token = ngx_strcmp(word[1].data, "token") == 0;

	if (l->callers != NGX_CONF_UNSET_UINT)
		return duplicate;
	if (cf->args->nelts == (token ? 2 : 3))
		return refuse(cf, &cmd->name, EXPECTED_CALLERS);
	l->callers = CALLERS_TOKEN;
	if (token)
		return read_token(cf, cmd, l, word[2]);
	for (ngx_conf_enum_t *e = plain_callers; e->name.len > 0; e++)
		if (ngx_strcmp(word[1].data, e->name.data) == 0) {
			l->callers = e->value;
			return NGX_CONF_OK;
		}
	return refuse(cf, &cmd->name, EXPECTED_CALLERS);
}

static char *
set_page(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	static const char *const names[] = { [PAGE_FILES] = "files",
		[PAGE_STATE] = "state",
		[PAGE_CALLS] = "calls" };
	struct main_conf *main = ngx_http_conf_get_module_main_conf(
	    cf, ngx_http_apam_module);
	struct location_conf *l = conf;
	const ngx_str_t *word = cf->args->elts;

	if (l->page != PAGE_NONE)
		return duplicate;
	for (ngx_uint_t i = PAGE_FILES; i <= PAGE_CALLS; i++)
		if (ngx_strcmp(word[1].data, names[i]) == 0)
			l->page = i;
	if (l->page == PAGE_NONE)
		return refuse(
		    cf, &cmd->name, "expected `files`, `state` or `calls`");
	main->in_use = true;
	if (l->page == PAGE_CALLS)
		main->shows_calls = true;
	return NGX_CONF_OK;
}

static ngx_conf_enum_t log_levels[] = {
	{ ngx_string("error"), APAM_LOG_ERROR },
	{ ngx_string("warning"), APAM_LOG_WARNING },
	{ ngx_string("info"), APAM_LOG_INFO },
	{ ngx_string("debug"), APAM_LOG_DEBUG },
	{ ngx_null_string, 0 },
};

#define ANYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF)

ngx_command_t conf_commands[] = {
	{ ngx_string("apam_config"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE12,
	    set_config, NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },
	{ ngx_string("apam_log"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
	    ngx_conf_set_enum_slot, NGX_HTTP_MAIN_CONF_OFFSET,
	    offsetof(struct main_conf, log_level), log_levels },
	{ ngx_string("apam"), ANYWHERE | NGX_CONF_TAKE1, set_profile,
	    NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
	{ ngx_string("apam_origin"), ANYWHERE | NGX_CONF_TAKE1, set_origin,
	    NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
	{ ngx_string("apam_prefix"), ANYWHERE | NGX_CONF_TAKE1, set_prefix,
	    NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
	{ ngx_string("apam_hosts"), ANYWHERE | NGX_CONF_1MORE, set_hosts,
	    NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
	{ ngx_string("apam_callers"), ANYWHERE | NGX_CONF_TAKE12, set_callers,
	    NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
	{ ngx_string("apam_page"), NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1, set_page,
	    NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
	{ ngx_string("apam_placeholders"), ANYWHERE | NGX_CONF_1MORE,
	    set_placeholders, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
	{ ngx_string("apam_problems"), ANYWHERE | NGX_CONF_FLAG,
	    ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
	    offsetof(struct location_conf, problems), NULL },
	ngx_null_command,
};

/* ---- All of nginx ----------------------------------------------------- */

void *
conf_create_main(ngx_conf_t *cf)
{
	struct main_conf *main = ngx_pcalloc(cf->pool, sizeof(*main));

	if (main == NULL)
		return NULL;
	main->log_level = NGX_CONF_UNSET_UINT;
	if (ngx_array_init(&main->profiles, cf->pool, 4, sizeof(ngx_str_t)) !=
		NGX_OK ||
	    ngx_array_init(&main->upstreams, cf->pool, 4,
		sizeof(struct upstream_hold)) != NGX_OK)
		return NULL;
	return main;
}

char *
conf_init_main(ngx_conf_t *cf, void *conf)
{
	struct main_conf *main = conf;

	(void)cf;
	ngx_conf_init_uint_value(main->log_level, APAM_LOG_WARNING);
	return NGX_CONF_OK;
}

/* ---- One location ----------------------------------------------------- */

void *
conf_create_location(ngx_conf_t *cf)
{
	struct location_conf *l = ngx_pcalloc(cf->pool, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->callers = NGX_CONF_UNSET_UINT;
	l->problems = NGX_CONF_UNSET;
	l->known = ngx_pcalloc(cf->pool, sizeof(*l->known));
	l->answered = ngx_pcalloc(cf->pool, sizeof(*l->answered));
	return l->known == NULL || l->answered == NULL ? NULL : l;
}

/* This machine's names, where no others are said. */
static bool
default_hosts(ngx_conf_t *cf, struct location_conf *l)
{
	static const ngx_str_t names[] = { ngx_string("localhost"),
		ngx_string("127.0.0.1"), ngx_string("[::1]") };
	ngx_str_t *host;

	l->hosts = ngx_array_create(cf->pool, 3, sizeof(ngx_str_t));
	if (l->hosts == NULL)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		host = ngx_array_push(l->hosts);
		*host = names[i];
	}
	return true;
}

/* Whoever is called by an address has it in the certificate. */
static char *
verify_address(ngx_conf_t *cf, const struct location_conf *l)
{
	const char *why = l->profile.len == 0 ? NULL :
						address_verify(cf, l->origin);

	if (why == NULL)
		return NGX_CONF_OK;
	ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
	    "apam %V: %V is an address: %s", &l->profile, &l->origin, why);
	return NGX_CONF_ERROR;
}

char *
conf_merge_location(ngx_conf_t *cf, void *parent, void *child)
{
	const struct location_conf *from = parent;
	struct location_conf *l = child;

	/* Each location has a profile of its own, or its parent's, whole. */
	if (l->profile.data == NULL) {
		l->profile = from->profile;
		l->known = from->known;
	}
	if (l->origin.data == NULL)
		l->origin = from->origin;
	if (l->prefix.data == NULL)
		l->prefix = from->prefix;
	if (l->hosts == NULL)
		l->hosts = from->hosts;
	if (l->hosts == NULL && !default_hosts(cf, l))
		return NGX_CONF_ERROR;
	if (l->placeholders == NULL)
		l->placeholders = from->placeholders;
	if (l->callers == NGX_CONF_UNSET_UINT) {
		l->callers = from->callers;
		l->token = from->token;
	}
	if (l->callers == NGX_CONF_UNSET_UINT)
		l->callers = CALLERS_PEER;
	if (l->problems == NGX_CONF_UNSET)
		l->problems = from->problems;
	if (l->problems == NGX_CONF_UNSET && l->profile.len > 0)
		l->problems = 1;
	if (l->profile.len > 0 && !conf_is_by_url(l) && l->origin.len == 0) {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
		    "apam %V: apam_origin has to say where its requests go",
		    &l->profile);
		return NGX_CONF_ERROR;
	}
	return verify_address(cf, l);
}
