/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoders that the providers need, written apart from the core's encoders
 * on purpose: a fault in the one shows as a disagreement with the other.
 * Forms are application/x-www-form-urlencoded; Basic is RFC 7617.
 */
#ifndef SANDBOX_ENCODING_H
#define SANDBOX_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#define FIELD_MAX 1024

struct basic {
	char user[FIELD_MAX];
	char password[FIELD_MAX];
	unsigned colons;
};

/* Decodes LENGTH bytes of a form value into OUT (FIELD_MAX bytes, terminated);
 * false on a bad escape, an embedded NUL, or a value too long. */
bool form_decode(const char *in, size_t length, char *out);

/* How often NAME occurs in FORM; the first one is decoded into OUT (FIELD_MAX
 * bytes, "" when there is none). -1 when the value does not decode. */
int form_field(const char *form, const char *name, char *out);

/* Splits "Basic BASE64" at its first colon. The word is compared as WORD is
 * written; standard and URL-safe alphabets, padding required. */
bool basic_parse(const char *header, struct basic *basic);

/* Writes LENGTH bytes as unpadded base64url; OUT holds 4 * LENGTH / 3 + 3. */
void base64url(const void *bytes, size_t length, char *out);

#endif
