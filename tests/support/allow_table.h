/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One set of rules, and for each kind of caller and request what is given and
 * which rule decides: held against what decides (tests/unit/config) and, with
 * real users and services, against the agent (tests/live).
 */
#ifndef TESTS_ALLOW_TABLE_H
#define TESTS_ALLOW_TABLE_H

#include "base/str.h"
#include "config/allow.h"

/* Who: numbers of the rules and of the table. */
enum { ROOT = 0, ANN = 61001, BOB = 61002, CAT = 61003, DAN = 61004, EVE = 61005 };
enum { OPS = 61101, DEV = 61102, STAFF = 61103 };

#define IDS(...)                                                               \
	(const uint32_t[]){ __VA_ARGS__ },                                     \
	    sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t)
#define TEXT(s)                                                                \
	{                                                                      \
		(s), sizeof(s) - 1                                             \
	}
#define TEXTS(...)                                                             \
	(const struct apam_str[]){ __VA_ARGS__ },                              \
	    sizeof((const struct apam_str[]){ __VA_ARGS__ }) /                 \
	    sizeof(struct apam_str)
#define NONE NULL, 0

#define GIVE_N APAM_GIVE_NOTHING
#define GIVE_S APAM_GIVE_SIGNATURE
#define GIVE_H APAM_GIVE_HEADERS
#define GIVE_X APAM_GIVE_SECRET

static const struct allow_rule rules[] = {
	/* 1: Ann and those of Ops read below /v1/. */
	{ IDS(ANN), IDS(OPS), NONE, TEXTS(TEXT("GET"), TEXT("HEAD")),
	    TEXTS(TEXT("/v1/*")), GIVE_S, 11, false },
	/* 2: the service writes one thing. */
	{ NONE, NONE, TEXTS(TEXT("backup.service")),
	    TEXTS(TEXT("POST"), TEXT("PUT")), TEXTS(TEXT("/v1/backups")),
	    GIVE_S, 12, false },
	/* 3: Bob has headers. */
	{ IDS(BOB), NONE, NONE, NONE, NONE, GIVE_H, 13, false },
	/* 4: Cat, and all of Dev, have nothing. */
	{ IDS(CAT), IDS(DEV), NONE, NONE, NONE, GIVE_N, 14, false },
	/* 5: Dan has the secret, or signatures as one of Ops. */
	{ IDS(DAN), NONE, NONE, NONE, NONE, GIVE_X, 15, false },
	/* 6: deleting, for two users and an instance of a template. */
	{ IDS(ANN, BOB), NONE, TEXTS(TEXT("sync@a.service")),
	    TEXTS(TEXT("DELETE")), NONE, GIVE_S, 16, false },
	/* 7: a user by a path that ends, with any method. */
	{ IDS(ANN), NONE, NONE, NONE, TEXTS(TEXT("/v2/"), TEXT("/v3")), GIVE_S,
	    17, false },
	/* 8: the staff through the gateway, for reading. */
	{ NONE, IDS(STAFF), NONE, TEXTS(TEXT("GET")), NONE, GIVE_N, 18, false },
};
static const struct allow allow = { rules, sizeof(rules) / sizeof(rules[0]) };

/* `rule` is from 1; 0: none fits, and the caller is refused. */
static const struct row {
	uint32_t user;
	uint32_t groups[3]; /* ends with 0 */
	const char *unit;
	const char *method, *path;
	unsigned rule;
	enum apam_give give;
} rows[] = {
	/* A user, by method. */
	{ ANN, { 0 }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ ANN, { 0 }, "", "HEAD", "/v1/eyes", 1, GIVE_S },
	{ ANN, { 0 }, "", "POST", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "PUT", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "PATCH", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "get", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "Get", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GETS", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GE", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "", "/v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "DELETE", "/v1/eyes", 6, GIVE_S },
	{ ANN, { 0 }, "", "DELETE", "/anything", 6, GIVE_S },
	/* By path. */
	{ ANN, { 0 }, "", "GET", "/v1/", 1, GIVE_S },
	{ ANN, { 0 }, "", "GET", "/v1/a/b/c", 1, GIVE_S },
	{ ANN, { 0 }, "", "GET", "/v1", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v10/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/V1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v2/", 7, GIVE_S },
	{ ANN, { 0 }, "", "POST", "/v2/", 7, GIVE_S },
	{ ANN, { 0 }, "", "GET", "/v2/x", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v2", 0, GIVE_N },
	{ ANN, { 0 }, "", "PATCH", "/v3", 7, GIVE_S },
	{ ANN, { 0 }, "", "PATCH", "/v3/", 0, GIVE_N },
	/* Paths that some server takes for others fit no rule with paths. */
	{ ANN, { 0 }, "", "GET", "/v1/../admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%2e%2e/admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%2E%2E/admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/..%2fadmin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1//admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "//v1/eyes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/..;/admin", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/a;b", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/eyes.", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%65yes", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%c3%a9", 0, GIVE_N },
	{ ANN, { 0 }, "", "GET", "/v1/%C3%A9", 1, GIVE_S },
	{ ANN, { 0 }, "", "GET", "/%76%31/eyes", 0, GIVE_N },
	/* They fit a rule without paths. */
	{ ANN, { 0 }, "", "DELETE", "/v1/../admin", 6, GIVE_S },
	{ BOB, { 0 }, "", "GET", "/v1/../admin", 3, GIVE_H },
	/* A group, as the first, as one of several. */
	{ EVE, { OPS }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ EVE, { STAFF, OPS }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ EVE, { 9, 8, OPS }, "", "HEAD", "/v1/eyes", 1, GIVE_S },
	{ EVE, { OPS }, "", "POST", "/v1/eyes", 0, GIVE_N },
	{ EVE, { OPS }, "", "GET", "/v2/", 0, GIVE_N },
	{ EVE, { OPS }, "", "DELETE", "/v1/eyes", 0, GIVE_N },
	{ EVE, { 9 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	{ EVE, { 0 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	/* A user's number is not a group's, and the reverse. */
	{ OPS, { 0 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	{ EVE, { ANN }, "", "GET", "/v1/eyes", 0, GIVE_N },
	{ EVE, { BOB }, "", "GET", "/v1/eyes", 0, GIVE_N },
	/* A unit. */
	{ EVE, { 0 }, "backup.service", "POST", "/v1/backups", 2, GIVE_S },
	{ EVE, { 0 }, "backup.service", "PUT", "/v1/backups", 2, GIVE_S },
	{ ROOT, { 0 }, "backup.service", "PUT", "/v1/backups", 2, GIVE_S },
	{ EVE, { 0 }, "backup.service", "GET", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "backup.service", "POST", "/v1/backups/", 0, GIVE_N },
	{ EVE, { 0 }, "backup.service", "POST", "/v1/backups/1", 0, GIVE_N },
	{ EVE, { 0 }, "backup.servic", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "backup.service2", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "Backup.service", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "xbackup.service", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "", "POST", "/v1/backups", 0, GIVE_N },
	{ EVE, { 0 }, "sync@a.service", "DELETE", "/x", 6, GIVE_S },
	{ EVE, { 0 }, "sync@b.service", "DELETE", "/x", 0, GIVE_N },
	{ EVE, { 0 }, "sync@.service", "DELETE", "/x", 0, GIVE_N },
	{ EVE, { 0 }, "sync@a.service", "GET", "/x", 0, GIVE_N },
	/* User and unit both name: the rules add. */
	{ ANN, { 0 }, "backup.service", "POST", "/v1/backups", 2, GIVE_S },
	{ ANN, { 0 }, "backup.service", "GET", "/v1/backups", 1, GIVE_S },
	{ ANN, { 0 }, "backup.service", "POST", "/v1/eyes", 0, GIVE_N },
	/* The greatest gift. */
	{ BOB, { 0 }, "", "GET", "/v1/eyes", 3, GIVE_H },
	{ BOB, { 0 }, "", "DELETE", "/v1/eyes", 3, GIVE_H },
	{ BOB, { OPS }, "", "GET", "/v1/eyes", 3, GIVE_H },
	{ BOB, { DEV }, "", "GET", "/", 3, GIVE_H },
	{ BOB, { 0 }, "sync@a.service", "DELETE", "/", 3, GIVE_H },
	{ DAN, { 0 }, "", "GET", "/v1/eyes", 5, GIVE_X },
	{ DAN, { OPS }, "", "GET", "/v1/eyes", 5, GIVE_X },
	{ DAN, { DEV }, "", "PATCH", "/", 5, GIVE_X },
	{ DAN, { OPS, DEV, STAFF }, "backup.service", "POST", "/v1/backups", 5,
	    GIVE_X },
	/* Nothing is a gift, too, and less than any other. */
	{ CAT, { 0 }, "", "GET", "/v1/eyes", 4, GIVE_N },
	{ CAT, { 0 }, "", "POST", "/", 4, GIVE_N },
	{ CAT, { OPS }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ CAT, { OPS }, "", "POST", "/v1/eyes", 4, GIVE_N },
	{ EVE, { DEV }, "", "GET", "/v1/eyes", 4, GIVE_N },
	{ ANN, { DEV }, "", "GET", "/v1/eyes", 1, GIVE_S },
	{ ANN, { DEV }, "", "POST", "/v1/eyes", 4, GIVE_N },
	{ EVE, { STAFF }, "", "GET", "/v1/eyes", 8, GIVE_N },
	{ EVE, { STAFF }, "", "POST", "/v1/eyes", 0, GIVE_N },
	{ EVE, { STAFF, DEV }, "", "GET", "/v1/eyes", 4, GIVE_N },
	/* Root is a user like others. */
	{ ROOT, { 0 }, "", "GET", "/v1/eyes", 0, GIVE_N },
	{ ROOT, { OPS }, "", "GET", "/v1/eyes", 1, GIVE_S },
};

static inline struct caller
caller_of(const struct row *row)
{
	struct caller c = { .user = row->user,
		.groups = row->groups,
		.unit = apam_str(row->unit) };

	while (c.group_count < 3 && row->groups[c.group_count] != 0)
		c.group_count++;
	return c;
}

static inline struct allow_request
request_of(const struct row *row)
{
	return (
	    struct allow_request){ apam_str(row->method), apam_str(row->path) };
}

#endif
