/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table on standard output and build/bench.json.
 */
#include <stdio.h>

#include "bench.h"

bool
row_ok(const struct row *row, const struct result *result)
{
	if (result->broken || result->absent)
		return false;
	if (row->kind == LIMIT_MOST)
		return result->ratio <= row->limit;
	return row->kind == LIMIT_NONE || result->ratio >= row->limit;
}

/* ---- The table ----------------------------------------------------------- */

/* Three digits that say something, with a unit. */
static const char *
duration(double ns, char *to, size_t size)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	size_t unit = 0;

	while (ns >= 1000 && unit < 3) {
		ns /= 1000;
		unit++;
	}
	(void)snprintf(
	    to, size, "%.*f %s", ns < 10 ? 2 : ns < 100, ns, units[unit]);
	return to;
}

void
print_head(void)
{
	(void)printf("%-18s %10s %10s %9s %8s %7s\n", "row", "ours", "raw",
	    "ratio", "limit", "spread");
}

void
print_row(const struct row *row, const struct result *result)
{
	static const char *const signs[] = { "", "<= ", ">= " };
	char ours[32], raw[32], limit[32] = "-";

	if (row->kind != LIMIT_NONE)
		(void)snprintf(limit, sizeof(limit), "%s%.1f", signs[row->kind],
		    row->limit);
	if (result->absent)
		(void)printf("%-18s %10s %10s %9s %8s %7s  MISSED\n", row->name,
		    "-", "-", "-", limit, "-");
	else
		(void)printf("%-18s %10s %10s %9.2f %8s %5.0f %%%s\n",
		    row->name, duration(result->ns, ours, sizeof(ours)),
		    duration(result->raw_ns, raw, sizeof(raw)), result->ratio,
		    limit, result->spread * 100,
		    row_ok(row, result) ? "" : "  MISSED");
	(void)printf("    ours: %s\n    raw:  %s\n", row->ours, row->raw);
	if (result->note[0] != '\0')
		(void)printf("    note: %s\n", result->note);
	(void)fflush(stdout);
}

/* ---- JSON ---------------------------------------------------------------- */

/* Names and notes hold neither quotes nor backslashes nor control bytes. */
static void
json_row(FILE *f, const struct row *row, const struct result *result)
{
	(void)fprintf(f, "  { \"name\": \"%s\", ", row->name);
	if (result->absent)
		(void)fprintf(f,
		    "\"ns\": null, \"raw_ns\": null, \"ratio\": null, "
		    "\"spread\": null, ");
	else
		(void)fprintf(f,
		    "\"ns\": %.2f, \"raw_ns\": %.2f, \"ratio\": %.3f, "
		    "\"spread\": %.3f, ",
		    result->ns, result->raw_ns, result->ratio, result->spread);
	if (row->kind == LIMIT_NONE)
		(void)fprintf(f, "\"limit\": null, ");
	else
		(void)fprintf(f, "\"limit\": %.2f, \"limit_is\": \"%s\", ",
		    row->limit, row->kind == LIMIT_MOST ? "most" : "least");
	(void)fprintf(f, "\"ok\": %s, \"note\": \"%s\" }",
	    row_ok(row, result) ? "true" : "false", result->note);
}

void
write_json(const struct row *rows, const struct result *results, size_t count)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/bench.json", site_build());
	f = fopen(path, "w");
	need(f != NULL, "cannot write bench.json");
	(void)fputs("[\n", f);
	for (size_t i = 0; i < count; i++) {
		json_row(f, &rows[i], &results[i]);
		(void)fputs(i + 1 < count ? ",\n" : "\n", f);
	}
	(void)fputs("]\n", f);
	need(fclose(f) == 0, "cannot write bench.json");
}
