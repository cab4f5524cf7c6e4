/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of members.
 */
#include "keys/record_members.h"

const struct key_member key_members[KEY_MEMBERS] = {
	{ "scheme", KEY_MEMBER_TEXT, offsetof(struct key_record, scheme), 0,
	    "\"scheme\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "id", KEY_MEMBER_TEXT, offsetof(struct key_record, id), 0,
	    "\"id\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "salt", KEY_MEMBER_BYTES, offsetof(struct key_record, salt),
	    KEY_SALT_SIZE,
	    "\"salt\" is not 32 hexadecimal digits, lower case" },
	{ "mark", KEY_MEMBER_BYTES, offsetof(struct key_record, mark),
	    KEY_MARK_SIZE, "\"mark\" is not 4 hexadecimal digits, lower case" },
	{ "description", KEY_MEMBER_TEXT,
	    offsetof(struct key_record, description), 0,
	    "\"description\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "access", KEY_MEMBER_TEXT, offsetof(struct key_record, access), 0,
	    "\"access\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "created", KEY_MEMBER_TIME, offsetof(struct key_record, created_at),
	    0, "\"created\" is not a time in seconds since 1970" },
	{ "created_by", KEY_MEMBER_TEXT,
	    offsetof(struct key_record, created_by), 0,
	    "\"created_by\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "archived", KEY_MEMBER_TIME, offsetof(struct key_record, archived_at),
	    0, "\"archived\" is not a time in seconds since 1970" },
	{ "archived_by", KEY_MEMBER_TEXT,
	    offsetof(struct key_record, archived_by), 0,
	    "\"archived_by\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "why", KEY_MEMBER_TEXT, offsetof(struct key_record, why), 0,
	    "\"why\" is not a text of 1 to 255 bytes without control "
	    "characters" },
	{ "drops", KEY_MEMBER_COUNT, offsetof(struct key_record, drops), 0,
	    "\"drops\" is not a whole number from 1" },
};
