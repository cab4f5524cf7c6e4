/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PEM has a line that begins a block; a JWK is an object of JSON.
 */
#include "crypto/key_text.h"

#include "base/error.h"
#include "base/str.h"
#include "crypto/jwk.h"
#include "crypto/key_pem.h"
#include "text/json.h"

static const char *
read_text(
    struct apam_str text, struct buf *bytes, struct crypto_numbers *numbers)
{
	size_t n = 0;

	if (key_pem_is(text))
		return key_pem_read(text, bytes, numbers);
	while (n < text.n && str_is_one_of(text.p[n], " \t\r\n"))
		n++;
	if (n < text.n && text.p[n] == '{')
		return jwk_read(text, bytes, numbers);
	return "the secret is not a key: neither PEM, which begins with a line "
	       "-----BEGIN ...-----, nor a JWK";
}

enum apam_status
key_of_text(struct apam_str text, struct apam_key **key, struct apam_error *err)
{
	struct crypto_numbers numbers;
	enum apam_status status;
	struct buf bytes;
	const char *why;

	*key = NULL;
	buf_init(&bytes, CRYPTO_KEY_MAX);
	why = read_text(text, &bytes, &numbers);
	if (bytes.failed || (why != NULL && json_is_short(why)))
		status = error_set(err, APAM_E_MEMORY, "out of memory");
	else if (why != NULL)
		status = error_set(err, APAM_E_USAGE, "%s", why);
	else if (numbers.kind == APAM_KIND_SYMMETRIC)
		status = key_of_bytes(APAM_STR(""), buf_view(&bytes), key, err);
	else
		status = key_of_numbers(&numbers, key, err);
	buf_free(&bytes);
	return status;
}
