/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoders of forms, base64 and Basic credentials.
 * Strict: what does not decode exactly is refused, as the real servers do.
 */
#include "encoding.h"

#include <stdint.h>
#include <string.h>

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int
escaped_byte(const char *in, size_t left)
{
	int high, low;

	if (left < 3)
		return -1;
	high = hex_value(in[1]);
	low = hex_value(in[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool
form_decode(const char *in, size_t length, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		int byte = in[i] == '+' ? ' ' : (unsigned char)in[i];

		if (in[i] == '%') {
			byte = escaped_byte(in + i, length - i);
			i += 2;
		}
		if (byte <= 0 || used + 1 == FIELD_MAX)
			return false;
		out[used++] = (char)byte;
	}
	out[used] = '\0';
	return true;
}

int
form_field(const char *form, const char *name, char *out)
{
	size_t name_len = strlen(name);
	int seen = 0;

	out[0] = '\0';
	while (*form) {
		size_t length = strcspn(form, "&");

		if (length > name_len && !strncmp(form, name, name_len) &&
		    form[name_len] == '=' && !seen++ &&
		    !form_decode(
			form + name_len + 1, length - name_len - 1, out))
			return -1;
		form += length;
		form += *form == '&';
	}
	return seen;
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

/* The number of bytes written, or -1; OUT holds 3 bytes for every 4 in. */
static int
base64_decode(const char *in, size_t length, char *out)
{
	size_t pad = 0, used = 0;
	uint32_t bits = 0;

	if (!length || length % 4)
		return -1;
	while (pad < 2 && in[length - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < length; i++) {
		int value = i < length - pad ? base64_value(in[i]) : 0;

		if (value < 0)
			return -1;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 < 3)
			continue;
		out[used++] = (char)(bits >> 16 & 0xff);
		out[used++] = (char)(bits >> 8 & 0xff);
		out[used++] = (char)(bits & 0xff);
	}
	return (int)(used - pad);
}

static unsigned
count_colons(const char *text)
{
	unsigned colons = 0;

	for (; *text; text++)
		colons += *text == ':';
	return colons;
}

bool
basic_parse(const char *header, struct basic *basic)
{
	char text[2 * FIELD_MAX];
	size_t length;
	char *colon;
	int got;

	if (strncmp(header, "Basic ", 6))
		return false;
	header += 6;
	length = strlen(header);
	if (length / 4 * 3 >= FIELD_MAX)
		return false;
	got = base64_decode(header, length, text);
	if (got < 0 || memchr(text, '\0', (size_t)got))
		return false;
	text[got] = '\0';
	colon = strchr(text, ':');
	if (!colon)
		return false;
	basic->colons = count_colons(text);
	*colon = '\0';
	strcpy(basic->user, text);
	strcpy(basic->password, colon + 1);
	return true;
}

void
base64url(const void *bytes, size_t length, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *in = bytes;

	for (; length > 0; length -= length < 3 ? length : 3) {
		uint32_t bits = (uint32_t)in[0] << 16;

		if (length > 1)
			bits |= (uint32_t)in[1] << 8;
		if (length > 2)
			bits |= in[2];
		for (unsigned i = 0; i < 4 && i <= length; i++)
			*out++ = digits[bits >> (18 - 6 * i) & 63];
		in += 3;
	}
	*out = '\0';
}
