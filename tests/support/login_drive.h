/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driving the module login-token: what its tests share.
 */
#ifndef TESTS_LOGIN_DRIVE_H
#define TESTS_LOGIN_DRIVE_H

#include "support/drive_open.h"
#include "support/refused.h"
#include "support/run.h"

#define LOGIN_SECRET "FAKE \"secret&"
#define LOGIN_URL "https://api.example/login"
#define LOGIN_WHO "user = \"a user\"; secret = \"env:FAKE\"; "
#define LOGIN_FIELDS "user_field = \"u\"; secret_field = \"p\"; "
#define LOGIN_GROUP(more)                                                      \
	LOGIN_WHO "login = { url = \"" LOGIN_URL "\"; " more "}; "
#define LOGIN_PLAIN LOGIN_GROUP(LOGIN_FIELDS)
#define LOGIN_BEARER "token = ( { from_pointer = \"/t\"; } ); "
#define LOGIN_COOKIE "token = ( { from_cookie = \"s\"; } ); "
#define LOGIN_JSON "\nContent-Type: application/json\n\n"
#define LOGIN_HTML "\nContent-Type: text/html\n\n<p>"

static struct drive d;
static const struct apam_module *module;

static void
login_setup(void)
{
	module = drive_load("modules/login-token.so");
}

static void
login_teardown(void)
{
	drive_close(&d);
}

static inline void
login_open(const char *text)
{
	drive_must_open(&d, module, text, LOGIN_SECRET);
}

/* The bytes of a buffer as a text. */
static inline const char *
login_text(struct buf *b)
{
	return b->n == 0 ? "" : buf_view(b).p;
}

#endif
