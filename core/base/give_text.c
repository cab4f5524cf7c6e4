/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rules of a profile can give, by name and in a sentence.
 */
#include <apam/admin.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *name, *text;
} gives[] = {
	[APAM_GIVE_NOTHING] = { "nothing",
	    "It has neither headers nor signatures: the gateway sends in its "
	    "place." },
	[APAM_GIVE_SIGNATURE] = { "signature",
	    "Each request gets a signature of its own, for the methods and "
	    "paths of the rule; the key itself is not given." },
	[APAM_GIVE_HEADERS] = { "headers",
	    "Whoever has the headers can send any request with them, from "
	    "anywhere, until the credential ends; the secret that it is made "
	    "with is not given." },
	[APAM_GIVE_SECRET] = { "secret",
	    "The headers are the secret itself: with them anybody can send any "
	    "request, from anywhere, until the key is replaced." },
};

const char *
apam_give_name(enum apam_give give)
{
	return (size_t)give < COUNT(gives) ? gives[give].name : "?";
}

const char *
apam_give_text(enum apam_give give)
{
	return (size_t)give < COUNT(gives) ? gives[give].text : "?";
}
