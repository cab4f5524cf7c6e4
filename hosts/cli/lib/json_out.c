/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What --json writes.  Scripts rely on the names of members: add some, but
 * never rename one.
 */
#include "lib/json_out.h"

#include "lib/command.h"
#include "lib/report.h"

json_t *
json_text(const char *text)
{
	json_t *value = text == NULL ? NULL : json_string(text);

	return value == NULL ? json_null() : value;
}

json_t *
json_error(const struct apam_error *err)
{
	return json_pack("{s:o, s:i, s:o}", "file", json_text(err->file),
	    "line", (int)err->line,
	    err->status == APAM_OK ? "warning" : "error", json_text(err->text));
}

static json_t *
json_origins(const struct apam_profile_info *info)
{
	json_t *all = json_array();

	for (size_t i = 0; i < info->origin_count; i++)
		json_array_append_new(all, json_text(info->origins[i]));
	return all;
}

static json_t *
json_addresses(const struct apam_profile_info *info)
{
	json_t *all = json_array();

	for (size_t i = 0; i < info->http_address_count; i++)
		json_array_append_new(all, json_text(info->http_addresses[i]));
	return all;
}

/* What `apam run` sets, by its name. */
static json_t *
json_run(const struct apam_profile_info *info)
{
	json_t *all = json_object();

	for (size_t i = 0; i < info->run_count; i++)
		json_object_set_new(
		    all, info->run_names[i], json_text(info->run_values[i]));
	return all;
}

static json_t *
json_entries(const struct apam_profile_info *info)
{
	json_t *all = json_array();

	for (size_t i = 0; i < info->entry_count; i++) {
		const struct apam_entry_info *entry = info->entries[i];

		json_array_append_new(all,
		    json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "scheme",
			json_text(entry->scheme), "control",
			json_text(entry->control), "key_id",
			json_text(entry->key_id), "state",
			json_text(apam_key_state_name(entry->state)),
			"evidence", json_text(entry->evidence), "login_needed",
			(int)entry->login_needed, "last_error",
			json_text(entry->last_error)));
	}
	return all;
}

json_t *
json_profile(const struct apam_profile_info *info)
{
	if (info->why != NULL)
		return json_pack("{s:o, s:o, s:o}", "name",
		    json_text(info->name), "file", json_text(info->file),
		    "problem", json_error(info->why));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:n}",
	    "name", json_text(info->name), "file", json_text(info->file),
	    "description", json_text(info->description), "origins",
	    json_origins(info), "entries", json_entries(info), "allow_http",
	    (int)info->allow_http, "http_addresses", json_addresses(info),
	    "run", json_run(info), "problem");
}

int
json_finish(json_t *value)
{
	if (value == NULL || json_dumpf(value, stdout, JSON_INDENT(2)) != 0) {
		json_decref(value);
		complain("cannot write JSON");
		return STATUS_INTERNAL;
	}
	putchar('\n');
	json_decref(value);
	return STATUS_DONE;
}
