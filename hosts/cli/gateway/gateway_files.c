/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each file is written under another name and then renamed, so that there is
 * never a part of it.
 */
#include "gateway/gateway_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/outfile.h"
#include "lib/report.h"

void
gateway_file(char to[GATEWAY_FILE_SIZE], const struct gateway_options *options,
    const char *name)
{
	(void)snprintf(to, GATEWAY_FILE_SIZE, "%s/%s", options->dir, name);
}

int
gateway_directory_make(const char *dir)
{
	struct stat st;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		complain("cannot make %s: %s", dir, strerror(errno));
		return STATUS_CONFIG;
	}
	if (lstat(dir, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0)
		return STATUS_DONE;
	complain(
	    "%s has to be a directory of this user's alone: chmod 700", dir);
	return STATUS_CONFIG;
}

/* `text` is the whole file. */
static int
write_file(
    const struct gateway_options *options, const char *name, const char *text)
{
	char path[GATEWAY_FILE_SIZE];
	struct outfile out;
	bool done;

	gateway_file(path, options, name);
	done = outfile_open(&out, path);
	if (done) {
		(void)fputs(text, out.to);
		done = outfile_commit(&out);
	}
	if (done)
		return STATUS_DONE;
	complain("cannot write %s: %s", path, strerror(errno));
	return STATUS_CONFIG;
}

/* ---- Tokens and the page ------------------------------------------------- */

static int
write_token(const struct gateway_options *options, const char *name,
    char token[GATEWAY_TOKEN_SIZE])
{
	unsigned char bytes[(GATEWAY_TOKEN_SIZE - 1) / 2];
	char line[GATEWAY_TOKEN_SIZE + 1];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
		complain("there are no random bytes for a token");
		return STATUS_INTERNAL;
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(token + 2 * i, 3, "%02x", bytes[i]);
	(void)snprintf(line, sizeof(line), "%s\n", token);
	return write_file(options, name, line);
}

/*
 * A browser is led to the page by a file of this user's alone: an address in its
 * arguments is for all users of the machine to see.
 */
static int
write_page_file(const struct gateway_options *options, const char *token)
{
	char text[GATEWAY_PATH_SIZE + 512];

	(void)snprintf(text, sizeof(text),
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	    "<title>apam gateway</title>\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta http-equiv=\"refresh\" content=\"0; "
	    "url=http://%s/-/apam/%s%s\">\n",
	    gateway_options_page(options), token[0] == '\0' ? "" : "#", token);
	return write_file(options, "page.html", text);
}

int
gateway_tokens_write(
    const struct gateway_options *options, char page_token[GATEWAY_TOKEN_SIZE])
{
	char token[GATEWAY_TOKEN_SIZE];
	int code = STATUS_DONE;

	page_token[0] = '\0';
	if (options->who == GATEWAY_TOKEN)
		code = write_token(options, "token", token);
	if (code == STATUS_DONE && gateway_options_page_token(options))
		code = write_token(options, "page-token", page_token);
	if (code == STATUS_DONE && gateway_options_page(options) != NULL)
		code = write_page_file(options, page_token);
	return code;
}

/* ---- nginx's configuration ----------------------------------------------- */

char *
gateway_conf_text(const struct nginx_conf *conf)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	if (to == NULL)
		return NULL;
	nginx_conf_write(conf, to);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

int
gateway_conf_write(const struct gateway_options *options, const char *text)
{
	return write_file(options, "nginx.conf", text);
}
