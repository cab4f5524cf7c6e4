/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main file, /etc/apam.conf.
 */
#ifndef CORE_CONFIG_MAIN_CONF_H
#define CORE_CONFIG_MAIN_CONF_H

#include <stdbool.h>

#include "config/option.h"
#include "config/shared.h"
#include "config/syntax.h"

/* The hash that a module must have before it is loaded. */
struct module_pin {
	struct apam_str scheme;
	unsigned char sha256[32];
};

/* Where the audit log goes; audit/audit.h. */
enum settings_audit {
	SETTINGS_AUDIT_AUTO, /* the journal, else syslog, else the file */
	SETTINGS_AUDIT_FILE,
	SETTINGS_AUDIT_OFF
};

/* bytes of the path of the agent's socket, as sockaddr_un has them */
#define AGENT_SOCKET_MAX 107

struct settings {
	char *file;
	bool user; /* user mode of file/trust.h */
	const char *module_dir, *profile_dir, *state_dir;
	/* Defaults for profiles that do not set them. */
	const char *ca_file, *proxy; /* NULL: the system's; none */
	int64_t deadline; /* seconds */
	int64_t ttl; /* seconds */
	int64_t body_max; /* bytes of a response */
	enum settings_audit audit;
	enum agent_use agent; /* for profiles that do not say */
	const char *agent_socket; /* absolute */
	const char *agent_user; /* who is believed beside root */
	bool tls_environment; /* environment_forget_tls is not called */
	struct module_pin *pins;
	size_t pin_count;
	struct option_values values; /* owns the strings */
};

/* Read the file; NULL with problems added if anything is wrong. */
struct settings *
settings_new(const char *path, bool user, struct problems *all);

/* The same for a parsed file, which the caller keeps. */
struct settings *
settings_from_conf(const struct conf *conf, bool user, struct problems *all);
/* Free and set *settings to NULL, which it may be already. */
void settings_free(struct settings **settings);

#endif
