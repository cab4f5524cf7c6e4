/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of switches. README.md says what each value does.
 * "1", "true" and "0", "false" stand for "on" and "off".
 */
#include "switches.h"

#include <string.h>

#define CHOICES 11

struct choice_switch {
	enum provider provider;
	const char *name;
	const char *choices[CHOICES];
};

static const struct choice_switch table[] = {
	{ SEVENSIGNAL, "expires_in",
	    { "number", "string", "missing", "zero", "negative", "huge",
		"overflow", "float", "null", "text" } },
	{ SEVENSIGNAL, "scope", { "array", "string", "missing" } },
	{ SEVENSIGNAL, "token_type",
	    { "Bearer", "bearer", "missing", "other" } },
	{ SEVENSIGNAL, "token", { "jwt", "jwt_no_exp", "opaque" } },
	{ SEVENSIGNAL, "tokens_outlive_key", { "off", "on" } },
	{ SEVENSIGNAL, "introspection", { "off", "on" } },
	{ SEVENSIGNAL, "revocation", { "off", "on" } },
	{ SEVENSIGNAL, "metadata", { "off", "on" } },
	{ SEVENSIGNAL, "issuer", { "right", "wrong" } },
	{ SEVENSIGNAL, "challenge",
	    { "off", "invalid_token", "insufficient_scope" } },
	{ SEVENSIGNAL, "ratelimit", { "x", "plain", "off" } },
	{ XYSENSE, "expires_in",
	    { "missing", "number", "string", "zero", "negative", "huge",
		"overflow", "float", "null", "text" } },
	{ XYSENSE, "token", { "jwt", "jwt_no_exp", "opaque" } },
	{ XYSENSE, "tokens_outlive_key", { "off", "on" } },
	{ XYSENSE, "encoding", { "any", "json", "form" } },
	{ SEED, "old_server", { "off", "on", "half" } },
	{ SEED, "case", { "insensitive", "sensitive" } },
	{ APIKEY, "refusal", { "401", "400", "403", "200" } },
	{ SESSION, "token", { "opaque", "jwt" } },
	{ SESSION, "ended", { "401", "302", "403", "200" } },
};

#define SWITCHES (sizeof(table) / sizeof(table[0]))

static size_t current[SWITCHES];

static size_t
switch_index(enum provider provider, const char *name)
{
	size_t i = 0;

	while (i < SWITCHES &&
	    (table[i].provider != provider || strcmp(table[i].name, name)))
		i++;
	return i;
}

static const char *
plain_value(const char *value)
{
	if (!strcmp(value, "1") || !strcmp(value, "true"))
		return "on";
	if (!strcmp(value, "0") || !strcmp(value, "false"))
		return "off";
	return value;
}

void
switches_reset(void)
{
	memset(current, 0, sizeof(current));
}

bool
switch_set(enum provider provider, const char *name, const char *value)
{
	size_t i = switch_index(provider, name);

	if (i == SWITCHES)
		return false;
	value = plain_value(value);
	for (size_t c = 0; c < CHOICES && table[i].choices[c]; c++) {
		if (!strcmp(table[i].choices[c], value)) {
			current[i] = c;
			return true;
		}
	}
	return false;
}

const char *
switch_get(enum provider provider, const char *name)
{
	size_t i = switch_index(provider, name);

	return i == SWITCHES ? "" : table[i].choices[current[i]];
}

bool
switch_is(enum provider provider, const char *name, const char *value)
{
	return !strcmp(switch_get(provider, name), value);
}

static json_t *
choices_json(const struct choice_switch *entry)
{
	json_t *list = json_array();

	for (size_t c = 0; c < CHOICES && entry->choices[c]; c++)
		json_array_append_new(list, json_string(entry->choices[c]));
	return list;
}

json_t *
switches_json(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < SWITCHES; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:o}", "provider",
			provider_name(table[i].provider), "name", table[i].name,
			"value", table[i].choices[current[i]], "choices",
			choices_json(&table[i])));
	return list;
}
