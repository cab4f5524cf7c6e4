/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of what modules/oauth2 and oauth2-client-credentials do with assertions,
 * client certificates and the grants jwt-bearer and token-exchange: which options
 * fit together, what is sent, word for word, what is signed and by which key,
 * and what answers mean.
 */
#include "crypto/key_use.h"
#include "support/drive_open.h"
#include "support/run.h"

#define SECRET "FAKE.secret"
#define URL "https://auth.example/oauth2/token"
#define AT "token_url = \"" URL "\"; "
#define CLIENT AT "client_id = \"id\"; "
#define KEY "client_key = \"file:/key\"; "
#define SIGNED CLIENT KEY "client_auth = \"private_key_jwt\"; "
#define BEARER AT KEY "grant = \"jwt-bearer\"; "
#define EXCHANGE AT "grant = \"token-exchange\"; subject_token = \"env:FAKE\"; "
#define TLS                                                                    \
	CLIENT KEY "client_auth = \"tls_client_auth\"; "                       \
		   "client_certificate = \"/cert.pem\"; "
#define JSON "\nContent-Type: application/json\n\n"
#define TYPE "urn:ietf:params:oauth:token-type:"
#define GRANT_TYPE "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A"

static struct drive d;
static const struct apam_module *module;
static char key_text[65536];

static void
setup(void)
{
	module = drive_load("modules/oauth2-client-credentials.so");
}

static void
teardown(void)
{
	drive_close(&d);
}

/* A key of tests/vectors/key/valid, for all that is opened from now on. */
static void
use_key(const char *name)
{
	char path[256];
	FILE *f;
	size_t n;

	(void)snprintf(
	    path, sizeof(path), "tests/vectors/key/valid/%s/input", name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	n = fread(key_text, 1, sizeof(key_text) - 1, f);
	(void)fclose(f);
	key_text[n] = '\0';
	drive_key_text = key_text;
}

static void
open_secret(const char *text, const char *secret)
{
	drive_must_open(&d, module, text, secret);
}

static void
open_with(const char *key, const char *text)
{
	use_key(key);
	open_secret(text, SECRET);
}

static int64_t
then(const struct apam_services *svc)
{
	(void)svc;
	return DRIVE_NOW_MS;
}

/* Take the first step; it asks for an exchange. */
static void
ask(struct op *op)
{
	d.svc.pub.now_ms = then;
	op_init(op, OP_ACQUIRE, true, NULL);
	ck_assert_msg(drive_step(&d, op, NULL) == APAM_STEP_EXCHANGE, "%s",
	    op->error.text);
}

/* ---- Options ---------------------------------------------------------- */

static const struct {
	const char *key, *text, *why;
} bad_options[] = {
	/* Each way to authenticate has what it needs, and nothing else. */
	{ "pkcs8-p256", CLIENT "client_auth = \"private_key_jwt\";",
	    "private key" },
	{ "pkcs8-p256", CLIENT "client_auth = \"client_secret_jwt\";",
	    "client's secret" },
	{ "pkcs8-p256", CLIENT "client_auth = \"assertion\";", "signed JWT" },
	{ "pkcs8-p256", CLIENT KEY "client_auth = \"tls_client_auth\";",
	    "client's certificate" },
	{ "pkcs8-p256", SIGNED "client_secret = \"env:FAKE\";",
	    "is not used with client_auth = \"private_key_jwt\"" },
	{ "pkcs8-p256", SIGNED "client_certificate = \"/cert.pem\";",
	    "is not used with client_auth = \"private_key_jwt\"" },
	{ "pkcs8-p256", CLIENT KEY "client_secret = \"env:FAKE\";",
	    "is not used with client_auth = \"post\"" },
	{ "pkcs8-p256", AT KEY "client_auth = \"private_key_jwt\";",
	    "give the id" },
	{ "pkcs8-p256", CLIENT KEY "client_auth = \"none\";",
	    "is not used with client_auth = \"none\"" },
	{ "pkcs8-p256", CLIENT "client_auth = \"none\";",
	    "must prove who it is" },
	/* The assertion fits the key. */
	{ "pkcs8-p256", SIGNED "assertion = { algorithm = \"RS256\"; };",
	    "RS256 is not for an EC key of P-256" },
	{ "pkcs8-p384", SIGNED "assertion = { algorithm = \"ES256\"; };",
	    "ES256 is not for an EC key of P-384" },
	{ "pkcs8-rsa", SIGNED "assertion = { algorithm = \"EdDSA\"; };",
	    "EdDSA is not for an RSA key" },
	{ "pkcs8-ed25519", SIGNED "assertion = { algorithm = \"HS256\"; };",
	    "HS256 is not for an Ed25519 key" },
	{ "pkcs8-p256",
	    CLIENT "client_auth = \"client_secret_jwt\";"
		   "client_secret = \"env:FAKE\";"
		   "assertion = { algorithm = \"ES256\"; };",
	    "ES256 is not for a secret" },
	{ "pkcs8-p256",
	    CLIENT "client_auth = \"client_secret_jwt\";"
		   "client_secret = \"env:FAKE\";"
		   "assertion = { key_id = \"thumbprint\"; };",
	    "a secret has no thumbprint" },
	{ "pkcs8-p256", SIGNED "assertion = { lifetime = \"2h\"; };",
	    "lifetime" },
	{ "pkcs8-p256", SIGNED "assertion = { issuer = \"x\"; };",
	    "leave it out" },
	{ "pkcs8-p256", SIGNED "assertion = { subject = \"x\"; };",
	    "leave it out" },
	{ "pkcs8-p256", SIGNED "assertion = { claims = { a = \"b\"; }; };",
	    "leave it out" },
	{ "pkcs8-p256", CLIENT "client_secret = \"env:FAKE\"; assertion = { };",
	    "none is signed here" },
	{ "pkcs8-p256", BEARER "assertion = { claims = { iss = \"b\"; }; };",
	    "assertion.issuer" },
	{ "pkcs8-p256", BEARER "assertion = { claims = { jti = \"b\"; }; };",
	    "may not set jti" },
	/* What fits no grant. */
	{ "pkcs8-p256", SIGNED "bearer_assertion = \"env:FAKE\";",
	    "belongs to grant = \"jwt-bearer\"" },
	{ "pkcs8-p256", SIGNED "subject_token = \"env:FAKE\";",
	    "belongs to grant = \"token-exchange\"" },
	{ "pkcs8-p256", BEARER "requested_token_type = \"" TYPE "jwt\";",
	    "belongs to grant = \"token-exchange\"" },
	{ "pkcs8-p256", AT "grant = \"jwt-bearer\";", "private key" },
	{ "pkcs8-p256", BEARER "bearer_assertion = \"env:FAKE\";",
	    "is not used" },
	{ "pkcs8-p256", AT "grant = \"token-exchange\";",
	    "the token to exchange" },
	{ "pkcs8-p256", EXCHANGE "subject_token_type = \"jwt\";",
	    "is not a URI" },
	{ "pkcs8-p256", EXCHANGE "requested_token_type = \"jwt\";",
	    "is not a URI" },
	{ "pkcs8-p256", EXCHANGE "actor_token_type = \"" TYPE "jwt\";",
	    "give both" },
	{ "pkcs8-p256", BEARER "extra = { assertion = \"x\"; };", "assertion" },
	{ "pkcs8-p256", EXCHANGE "extra = { subject_token = \"x\"; };",
	    "subject_token" },
};

START_TEST(refuses_options)
{
	use_key(bad_options[_i].key);
	drive_must_refuse(&d, module, bad_options[_i].text, SECRET,
	    bad_options[_i].why, SECRET);
}
END_TEST

/* ---- What is sent ----------------------------------------------------- */

/*
 * The body of a request, in which each JWT is taken out: its parts are kept,
 * and "JWT" stands in its place.
 */
struct sent {
	char body[4096];
	char jwt[2][4096]; /* in their order */
	int jwts;
};

static void
take_apart(struct op *op, struct sent *to)
{
	const char *from = buf_view(&op->exchange.body).p;
	char *at;
	size_t n;

	memset(to, 0, sizeof(*to));
	at = to->body;
	while (*from != '\0') {
		if (strncmp(from, "=eyJ", 4) != 0) {
			*at++ = *from++;
			continue;
		}
		n = strcspn(++from, "&");
		ck_assert_int_lt(to->jwts, 2);
		memcpy(to->jwt[to->jwts++], from, n);
		at += snprintf(at, 8, "=JWT");
		from += n;
	}
}

/* Part `i` of a JWT, decoded; NUL-terminated. */
static void
decode_part(const char *jwt, int i, char to[4096], size_t *n)
{
	const struct apam_services *s = &d.svc.pub;
	struct apam_text *text = s->text_new(s, 1);
	const char *end;

	for (; i > 0; i--)
		jwt = strchr(jwt, '.') + 1;
	end = strchr(jwt, '.');
	ck_assert_int_eq(
	    s->text_read(s, text, APAM_WRITING_BASE64URL,
		(struct apam_str){
		    jwt, end != NULL ? (size_t)(end - jwt) : strlen(jwt) }),
	    APAM_OK);
	*n = s->text_view(s, text).n;
	memcpy(to, s->text_view(s, text).p, *n + 1);
	s->text_free(s, &text);
}

/* The JWT's claims with "JTI" in the place of its jti, which is 128 bits. */
static void
claims_of(const char *jwt, char to[4096])
{
	char *jti, *end;
	size_t n;

	decode_part(jwt, 1, to, &n);
	jti = strstr(to, "\"jti\":\"");
	ck_assert_ptr_nonnull(jti);
	jti += strlen("\"jti\":\"");
	end = strchr(jti, '"');
	ck_assert_int_eq(end - jti, 22);
	memcpy(jti, "JTI", 3);
	memmove(jti + 3, end, strlen(end) + 1);
}

/* What the key of the entry, or another one, says of a JWT's signature. */
static int32_t
signed_by(const struct apam_key *key, int32_t algorithm, const char *jwt)
{
	const char *dot = strrchr(jwt, '.');
	const struct apam_str input = { jwt, (size_t)(dot - jwt) };
	char signature[4096];
	size_t n;

	decode_part(jwt, 2, signature, &n);
	return d.svc.pub.key_verify(&d.svc.pub, key, algorithm, &input, 1,
	    (struct apam_str){ signature, n });
}

/* By the entry's key, as it is, and by no other. */
static void
is_signed(char *jwt, int32_t algorithm)
{
	struct apam_key *stranger = NULL;

	ck_assert_int_eq(signed_by(d.key, algorithm, jwt), APAM_OK);
	jwt[40]++; /* one letter of what was signed */
	ck_assert_int_eq(signed_by(d.key, algorithm, jwt), APAM_E_DENIED);
	jwt[40]--;
	if (d.key->kind == APAM_KIND_RSA)
		return; /* none is made in a moment */
	ck_assert_int_eq(
	    d.svc.pub.key_generate(&d.svc.pub, d.key->kind, &stranger),
	    APAM_OK);
	ck_assert_int_eq(signed_by(stranger, algorithm, jwt), APAM_E_DENIED);
	d.svc.pub.key_free(&d.svc.pub, &stranger);
}

static const char client_form[] =
    "&client_id=id&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
    "client-assertion-type%3Ajwt-bearer&client_assertion=JWT";

#define CLAIMS(iss, sub, aud, life, more)                                      \
	"{\"iss\":\"" iss "\",\"sub\":\"" sub "\",\"aud\":\"" aud              \
	"\",\"jti\":\"JTI\",\"iat\":1700000000,\"exp\":" life more "}"
#define FIVE_MINUTES "1700000300"
#define EXTRA(what) SIGNED "assertion = { " what " };"

static const struct {
	const char *key, *text, *header, *claims;
	int32_t algorithm;
} signed_clients[] = {
	{ "pkcs8-p256", SIGNED, "{\"alg\":\"ES256\",\"typ\":\"JWT\"}",
	    CLAIMS("id", "id", URL, FIVE_MINUTES, ""), APAM_ALG_ES256 },
	{ "pkcs8-p384", SIGNED, "{\"alg\":\"ES384\",\"typ\":\"JWT\"}",
	    CLAIMS("id", "id", URL, FIVE_MINUTES, ""), APAM_ALG_ES384 },
	{ "pkcs8-p521", SIGNED, "{\"alg\":\"ES512\",\"typ\":\"JWT\"}",
	    CLAIMS("id", "id", URL, FIVE_MINUTES, ""), APAM_ALG_ES512 },
	{ "pkcs8-ed25519", SIGNED, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}",
	    CLAIMS("id", "id", URL, FIVE_MINUTES, ""), APAM_ALG_EDDSA },
	{ "pkcs8-ed25519", EXTRA("algorithm = \"Ed25519\";"),
	    "{\"alg\":\"Ed25519\",\"typ\":\"JWT\"}",
	    CLAIMS("id", "id", URL, FIVE_MINUTES, ""), APAM_ALG_EDDSA },
	{ "pkcs8-rsa", SIGNED, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
	    CLAIMS("id", "id", URL, FIVE_MINUTES, ""), APAM_ALG_RS256 },
	{ "jwk-rsa", EXTRA("algorithm = \"PS512\"; lifetime = \"10s\";"),
	    "{\"alg\":\"PS512\",\"typ\":\"JWT\"}",
	    CLAIMS("id", "id", URL, "1700000010", ""), APAM_ALG_PS512 },
	{ "pkcs8-rsa",
	    EXTRA("algorithm = \"PS256\"; key_id = \"k \\\"1\\\"\";"
		  "type = \"client-authentication+jwt\";"
		  "audience = \"https://as.example/\";"),
	    "{\"alg\":\"PS256\",\"typ\":\"client-authentication+jwt\","
	    "\"kid\":\"k \\\"1\\\"\"}",
	    CLAIMS("id", "id", "https://as.example/", FIVE_MINUTES, ""),
	    APAM_ALG_PS256 },
	/* RFC 8037, A.3. */
	{ "jwk-ed25519", EXTRA("key_id = \"thumbprint\";"),
	    "{\"alg\":\"EdDSA\",\"typ\":\"JWT\","
	    "\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\"}",
	    CLAIMS("id", "id", URL, FIVE_MINUTES, ""), APAM_ALG_EDDSA },
};

START_TEST(signs_for_the_client)
{
	char part[4096];
	struct sent sent;
	struct op op;
	size_t n;

	open_with(signed_clients[_i].key, signed_clients[_i].text);
	ask(&op);
	take_apart(&op, &sent);
	ck_assert(drive_holds(sent.body, "grant_type=client_credentials&"));
	ck_assert_str_eq(strchr(sent.body, '&'), client_form);
	decode_part(sent.jwt[0], 0, part, &n);
	ck_assert_str_eq(part, signed_clients[_i].header);
	claims_of(sent.jwt[0], part);
	ck_assert_str_eq(part, signed_clients[_i].claims);
	is_signed(sent.jwt[0], signed_clients[_i].algorithm);
	op_free(&op);
}
END_TEST

/* The issuer is its audience where that is what is configured. */
START_TEST(an_issuer_is_the_audience)
{
	struct sent sent;
	struct op op;

	open_with("pkcs8-p256",
	    "issuer = \"https://auth.example\"; client_id = \"id\"; " KEY
	    "client_auth = \"private_key_jwt\";");
	ask(&op);
	ck_assert_int_eq(drive_step(&d, &op,
			     "200" JSON "{\"issuer\":\"https://auth.example\","
			     "\"token_endpoint\":\"https://auth.example/t\","
			     "\"mtls_endpoint_aliases\":{\"token_endpoint\":"
			     "\"https://mtls.example/t\"}}"),
	    APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://auth.example/t");
	take_apart(&op, &sent);
	claims_of(sent.jwt[0], sent.body);
	ck_assert_str_eq(sent.body,
	    CLAIMS("id", "id", "https://auth.example", FIVE_MINUTES, ""));
	op_free(&op);
}
END_TEST

/* RFC 7523, 3, 7: a provider may take each once. */
START_TEST(each_is_another_one)
{
	struct sent first, second;
	struct op op;

	open_with("pkcs8-ed25519", SIGNED);
	ask(&op);
	take_apart(&op, &first);
	op_free(&op);
	ask(&op);
	take_apart(&op, &second);
	ck_assert_str_ne(first.jwt[0], second.jwt[0]);
	op_free(&op);
}
END_TEST

#define SECRET_JWT                                                             \
	CLIENT "client_secret = \"env:FAKE\"; "                                \
	       "client_auth = \"client_secret_jwt\"; "

static const struct {
	const char *text, *header;
	int32_t hash;
} secret_clients[] = {
	{ SECRET_JWT, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", APAM_HASH_SHA256 },
	{ SECRET_JWT "assertion = { algorithm = \"HS512\"; key_id = \"s\"; };",
	    "{\"alg\":\"HS512\",\"typ\":\"JWT\",\"kid\":\"s\"}",
	    APAM_HASH_SHA512 },
};

/* The HMAC of a JWT with another key than that of the entry, or with it. */
static bool
has_hmac_of(const char *secret, int32_t hash, const char *jwt)
{
	const struct apam_services *s = &d.svc.pub;
	const struct apam_str input = { jwt,
		(size_t)(strrchr(jwt, '.') - jwt) };
	const struct apam_key_source source = { .size = sizeof(source),
		.kind = APAM_KIND_SYMMETRIC,
		.bytes = apam_str(secret) };
	struct apam_key *key = NULL;
	unsigned char mac[APAM_HASH_MAX];
	char got[4096];
	size_t n, m;

	ck_assert_int_eq(s->key_make(s, &source, &key), APAM_OK);
	ck_assert_int_eq(s->hmac(s, key, hash, &input, 1, mac, &n), APAM_OK);
	s->key_free(s, &key);
	decode_part(jwt, 2, got, &m);
	return n == m && memcmp(mac, got, n) == 0;
}

START_TEST(signs_with_the_secret)
{
	char part[4096];
	struct sent sent;
	struct op op;
	size_t n;

	open_with("pkcs8-p256", secret_clients[_i].text);
	ask(&op);
	take_apart(&op, &sent);
	ck_assert_str_eq(strchr(sent.body, '&'), client_form);
	decode_part(sent.jwt[0], 0, part, &n);
	ck_assert_str_eq(part, secret_clients[_i].header);
	ck_assert(has_hmac_of(SECRET, secret_clients[_i].hash, sent.jwt[0]));
	ck_assert(
	    !has_hmac_of("FAKE.other", secret_clients[_i].hash, sent.jwt[0]));
	ck_assert(!drive_holds(sent.body, SECRET));
	op_free(&op);
}
END_TEST

/* ---- The certificate in the header ------------------------------------ */

#define CERTIFICATE                                                            \
	"-----BEGIN CERTIFICATE-----\nRkFLRSBjZXJ0aWZpY2F0ZQ==\n"              \
	"-----END CERTIFICATE-----\n"
#define WITH_CERTIFICATE EXTRA("certificate = \"env:FAKE\";")

START_TEST(names_the_certificate)
{
	char part[4096];
	struct sent sent;
	struct op op;
	size_t n;

	use_key("pkcs8-p256");
	open_secret(WITH_CERTIFICATE, CERTIFICATE);
	ask(&op);
	take_apart(&op, &sent);
	decode_part(sent.jwt[0], 0, part, &n);
	ck_assert_str_eq(part,
	    "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"x5t#S256\":"
	    "\"SxhrlGLQVlC7tNGnF-e9D7Kcqd4FhLpgbUluNdIsNQY\"}");
	op_free(&op);
}
END_TEST

START_TEST(a_certificate_that_is_none)
{
	struct op op;

	open_with("pkcs8-p256", WITH_CERTIFICATE);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_SECRET);
	ck_assert(drive_holds(op.error.text, "no certificate in PEM"));
	ck_assert(!drive_holds(op.error.text, SECRET));
	op_free(&op);
}
END_TEST

START_TEST(a_key_that_cannot_sign)
{
	struct op op;

	open_with("public-p256", SIGNED);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_SECRET);
	ck_assert(drive_holds(op.error.text, "cannot be signed"));
	op_free(&op);
}
END_TEST

/* ---- Other requests --------------------------------------------------- */

static const struct {
	const char *text, *body;
} requests[] = {
	/* Entra ID with a token of a Kubernetes cluster. */
	{ CLIENT "client_auth = \"assertion\"; "
		 "client_assertion = \"env:FAKE\"; "
		 "scope = [ \"https://graph.example/.default\" ];",
	    "grant_type=client_credentials"
	    "&scope=https%3A%2F%2Fgraph.example%2F.default"
	    "&client_id=id&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth"
	    "%3Aclient-assertion-type%3Ajwt-bearer"
	    "&client_assertion=FAKE.secret" },
	{ TLS, "grant_type=client_credentials&client_id=id" },
	{ AT "grant = \"jwt-bearer\"; bearer_assertion = \"env:FAKE\"; ",
	    "grant_type=" GRANT_TYPE "jwt-bearer&assertion=FAKE.secret" },
	{ CLIENT "grant = \"jwt-bearer\"; bearer_assertion = \"env:FAKE\"; "
		 "client_secret = \"env:FAKE\"; scope = [ \"a\", \"b\" ];",
	    "grant_type=" GRANT_TYPE "jwt-bearer&assertion=FAKE.secret"
	    "&scope=a+b&client_id=id&client_secret=FAKE.secret" },
	{ EXCHANGE,
	    "grant_type=" GRANT_TYPE "token-exchange&subject_token=FAKE.secret"
	    "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type"
	    "%3Ajwt" },
	{ EXCHANGE "client_id = \"id\"; client_secret = \"env:FAKE\"; "
		   "client_auth = \"post\"; actor_token = \"env:FAKE\"; "
		   "subject_token_type = \"urn:s\"; "
		   "actor_token_type = \"urn:a\"; "
		   "requested_token_type = \"urn:r\"; "
		   "audience = [ \"//iam.example/p\" ]; "
		   "resource = [ \"https://r.example\" ]; scope = [ \"a\" ];",
	    "grant_type=" GRANT_TYPE "token-exchange&subject_token=FAKE.secret"
	    "&subject_token_type=urn%3As&actor_token=FAKE.secret"
	    "&actor_token_type=urn%3Aa&requested_token_type=urn%3Ar&scope=a"
	    "&client_id=id&client_secret=FAKE.secret"
	    "&audience=%2F%2Fiam.example%2Fp"
	    "&resource=https%3A%2F%2Fr.example" },
};

START_TEST(asks)
{
	struct op op;

	open_with("pkcs8-p256", requests[_i].text);
	ask(&op);
	ck_assert_str_eq(buf_view(&op.exchange.body).p, requests[_i].body);
	op_free(&op);
}
END_TEST

#define ACCOUNT "sa@project.example"

static const struct {
	const char *text, *body, *claims[2];
} bearers[] = {
	/* A service account as Google has it. */
	{ BEARER
	    "assertion = { issuer = \"" ACCOUNT "\"; lifetime = \"1h\"; "
	    "claims = { scope = \"https://s.example/a https://s/b\"; }; };",
	    "grant_type=" GRANT_TYPE "jwt-bearer&assertion=JWT",
	    { CLAIMS(ACCOUNT, ACCOUNT, URL, "1700003600",
		",\"scope\":\"https://s.example/a https://s/b\"") } },
	/* A person's, as Salesforce has it. */
	{ BEARER "client_id = \"id\"; assertion = { subject = \"me@a.example\";"
		 " audience = \"https://login.example\"; };",
	    "grant_type=" GRANT_TYPE "jwt-bearer&assertion=JWT&client_id=id",
	    { CLAIMS("id", "me@a.example", "https://login.example",
		FIVE_MINUTES, "") } },
	/* And the client signs for itself, too. */
	{ BEARER "client_id = \"id\"; client_auth = \"private_key_jwt\"; "
		 "assertion = { subject = \"me\"; };",
	    "grant_type=" GRANT_TYPE
	    "jwt-bearer&assertion=JWT&client_id=id&client_assertion_type="
	    "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
	    "&client_assertion=JWT",
	    { CLAIMS("id", "me", URL, FIVE_MINUTES, ""),
		CLAIMS("id", "id", URL, FIVE_MINUTES, "") } },
};

START_TEST(signs_for_the_grant)
{
	char claims[4096];
	struct sent sent;
	struct op op;

	open_with("pkcs8-rsa", bearers[_i].text);
	ask(&op);
	take_apart(&op, &sent);
	ck_assert_str_eq(sent.body, bearers[_i].body);
	for (int i = 0; i < 2 && bearers[_i].claims[i] != NULL; i++) {
		claims_of(sent.jwt[i], claims);
		ck_assert_str_eq(claims, bearers[_i].claims[i]);
		ck_assert_int_eq(
		    signed_by(d.key, APAM_ALG_RS256, sent.jwt[i]), APAM_OK);
	}
	op_free(&op);
}
END_TEST

/* ---- Client certificates ---------------------------------------------- */

#define TLS_ISSUER                                                             \
	"issuer = \"https://auth.example\"; client_id = \"id\"; " KEY          \
	"client_auth = \"self_signed_tls_client_auth\"; "                      \
	"client_certificate = \"/cert.pem\"; "

static const struct {
	const char *aliases, *url;
} aliases[] = {
	{ "", "https://auth.example/t" },
	{ ",\"mtls_endpoint_aliases\":{}", "https://auth.example/t" },
	{ ",\"mtls_endpoint_aliases\":{\"token_endpoint\":"
	  "\"https://mtls.example/t\"}",
	    "https://mtls.example/t" },
};

START_TEST(presents_the_certificate)
{
	char metadata[512];
	struct op op;

	(void)snprintf(metadata, sizeof(metadata),
	    "200" JSON "{\"issuer\":\"https://auth.example\","
	    "\"token_endpoint\":\"https://auth.example/t\"%s}",
	    aliases[_i].aliases);
	open_with("pkcs8-p256", TLS_ISSUER);
	ask(&op);
	/* The metadata is anybody's to read. */
	ck_assert_uint_eq(op.exchange.certificate.n, 0);
	ck_assert_int_eq(drive_step(&d, &op, metadata), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(buf_view(&op.exchange.url).p, aliases[_i].url);
	ck_assert_str_eq(buf_view(&op.exchange.certificate).p, "/cert.pem");
	ck_assert_ptr_eq(op.exchange.key_handle, d.key);
	op_free(&op);
}
END_TEST

START_TEST(refuses_an_alias)
{
	struct op op;

	open_with("pkcs8-p256", TLS_ISSUER);
	ask(&op);
	ck_assert_int_eq(drive_step(&d, &op,
			     "200" JSON "{\"issuer\":\"https://auth.example\","
			     "\"token_endpoint\":\"https://auth.example/t\","
			     "\"mtls_endpoint_aliases\":{\"token_endpoint\":"
			     "\"http://mtls.example/t\"}}"),
	    APAM_STEP_FAILED);
	ck_assert(drive_holds(
	    op.error.text, "its token_endpoint is not an https URL"));
	op_free(&op);
}
END_TEST

/* ---- Answers ---------------------------------------------------------- */

#define TOKEN(more)                                                            \
	"200" JSON "{\"access_token\":\"new\",\"token_type\":\"Bearer\"" more  \
	"}"
#define ISSUED(type) ",\"issued_token_type\":\"" type "\""
#define REQUESTED EXCHANGE "requested_token_type = \"urn:r\"; "
#define ERROR(code) "400" JSON "{\"error\":\"" code "\"}"

static const struct {
	const char *text, *answer;
	enum apam_status status;
	const char *why;
} answers[] = {
	{ BEARER "assertion = { issuer = \"i\"; };", TOKEN(""), APAM_OK, "" },
	{ BEARER "assertion = { issuer = \"i\"; };", ERROR("invalid_grant"),
	    APAM_E_REVOKED, "this machine's clock is wrong" },
	{ BEARER "assertion = { issuer = \"i\"; };",
	    ERROR("unsupported_grant_type"), APAM_E_DENIED,
	    "no grant jwt-bearer here" },
	{ SIGNED, "401" JSON "{\"error\":\"invalid_client\"}", APAM_E_REVOKED,
	    "its secret or key is wrong" },
	{ SIGNED, ERROR("invalid_grant"), APAM_E_DENIED, "not a dead key" },
	{ EXCHANGE, TOKEN(ISSUED(TYPE "access_token")), APAM_OK, "" },
	{ EXCHANGE, TOKEN(ISSUED(TYPE "jwt")), APAM_OK, "" },
	{ EXCHANGE, TOKEN(ISSUED(TYPE "refresh_token")), APAM_E_PROVIDER,
	    "neither an access token nor a JWT" },
	{ EXCHANGE, TOKEN(""), APAM_E_PROVIDER, "no issued_token_type" },
	{ EXCHANGE, TOKEN(",\"issued_token_type\":7"), APAM_E_PROVIDER,
	    "no issued_token_type" },
	{ REQUESTED, TOKEN(ISSUED("urn:r")), APAM_OK, "" },
	{ REQUESTED, TOKEN(ISSUED(TYPE "access_token")), APAM_E_PROVIDER,
	    "is not requested_token_type" },
	/* RFC 8693, 2.2.1: what cannot be sent as a bearer token. */
	{ EXCHANGE,
	    "200" JSON
	    "{\"access_token\":\"new\",\"token_type\":\"N_A\"" ISSUED(
		TYPE "jwt") "}",
	    APAM_E_PROVIDER, "not bearer" },
	{ EXCHANGE, ERROR("invalid_request"), APAM_E_DENIED,
	    "subject_token or actor_token" },
	{ EXCHANGE, ERROR("invalid_grant"), APAM_E_DENIED,
	    "subject_token or actor_token" },
	{ EXCHANGE, ERROR("invalid_target"), APAM_E_DENIED,
	    "look at audience" },
	{ EXCHANGE, ERROR("unsupported_grant_type"), APAM_E_DENIED,
	    "no token exchange here" },
};

START_TEST(reads_answers)
{
	struct op op;
	enum apam_step step;

	open_with("pkcs8-p256", answers[_i].text);
	ask(&op);
	step = drive_step(&d, &op, answers[_i].answer);
	ck_assert_msg(op.error.status == answers[_i].status &&
		drive_holds(op.error.text, answers[_i].why),
	    "%s: %s", answers[_i].answer, op.error.text);
	ck_assert_int_eq(step,
	    answers[_i].status == APAM_OK ? APAM_STEP_DONE : APAM_STEP_FAILED);
	ck_assert_str_eq(buf_view(&op.credential).p,
	    answers[_i].status == APAM_OK ? "new" : "");
	op_free(&op);
}
END_TEST

/* ---- Memory that runs out --------------------------------------------- */

static const char *const scarce[] = {
	EXTRA("key_id = \"thumbprint\";"),
	SECRET_JWT,
	BEARER "assertion = { issuer = \"i\"; };",
};

/* Half a request must not go out: its refusal would condemn the key. */
START_TEST(survives_no_memory)
{
	enum apam_step step = APAM_STEP_FAILED;
	struct op op;
	int texts;

	open_with("pkcs8-p256", scarce[_i]);
	for (texts = 0; step == APAM_STEP_FAILED; texts++) {
		ck_assert_int_lt(texts, 20);
		drive_limit_texts(&d, texts);
		op_init(&op, OP_ACQUIRE, true, NULL);
		step = drive_step(&d, &op, NULL);
		ck_assert_int_eq(op.error.status,
		    step == APAM_STEP_FAILED ? APAM_E_MEMORY : APAM_OK);
		op_free(&op);
	}
	ck_assert_int_gt(texts, 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("oauth2-assertion");
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, refuses_options, 0, ROWS(bad_options));
	tcase_add_loop_test(tc, signs_for_the_client, 0, ROWS(signed_clients));
	tcase_add_test(tc, an_issuer_is_the_audience);
	tcase_add_test(tc, each_is_another_one);
	tcase_add_loop_test(tc, signs_with_the_secret, 0, ROWS(secret_clients));
	tcase_add_test(tc, names_the_certificate);
	tcase_add_test(tc, a_certificate_that_is_none);
	tcase_add_test(tc, a_key_that_cannot_sign);
	tcase_add_loop_test(tc, asks, 0, ROWS(requests));
	tcase_add_loop_test(tc, signs_for_the_grant, 0, ROWS(bearers));
	tcase_add_loop_test(tc, presents_the_certificate, 0, ROWS(aliases));
	tcase_add_test(tc, refuses_an_alias);
	tcase_add_loop_test(tc, reads_answers, 0, ROWS(answers));
	tcase_add_loop_test(tc, survives_no_memory, 0, ROWS(scarce));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
