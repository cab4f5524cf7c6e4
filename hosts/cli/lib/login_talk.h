/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `apam login` says to the person, and what the person types: all on the
 * terminal.
 */
#ifndef HOSTS_CLI_LIB_LOGIN_TALK_H
#define HOSTS_CLI_LIB_LOGIN_TALK_H

#include <apam/admin.h>

/* True if a person can type an answer. */
bool login_talk_can_ask(void);

/* Say text, URL and code of an event. */
void login_talk_say(const struct apam_login_event *event);

/* Ask for a yes, or for the address that the browser was sent back to. */
void login_talk_ask_yes(void);
void login_talk_ask_address(bool opened);

#define LOGIN_LINE_MAX 8192

/* What was typed. */
struct login_line {
	char text[LOGIN_LINE_MAX];
	size_t n;
};

enum login_typed {
	LOGIN_TYPED_NOTHING, /* no whole line yet */
	LOGIN_TYPED_LINE, /* `text` is one, trimmed */
	LOGIN_TYPED_TOO_LONG, /* it was dropped */
	LOGIN_TYPED_END /* there will be none */
};

/* Read what is there, when standard input can be read. */
enum login_typed login_talk_read(struct login_line *line);

#endif
