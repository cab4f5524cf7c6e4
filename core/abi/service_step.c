/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services for step functions: the exchange to ask for, what a person is to be
 * told, and how the run ends.
 */
#include <string.h>

#include "abi/op.h"
#include "abi/service_say.h"
#include "abi/service_tables.h"
#include "base/error.h"
#include "durable/durable_facts.h"
#include "text/lifetime.h"

static struct op *
op_of(struct apam_op *op)
{
	return (struct op *)(void *)op;
}

/* ---- Exchanges -------------------------------------------------------- */

static void
begin_exchange(const struct apam_services *svc, struct apam_op *op,
    struct apam_str method, struct apam_str url, int32_t encoding)
{
	struct op *o = op_of(op);

	(void)svc;
	o->probes = false;
	exchange_begin(&o->exchange, method, url, encoding);
}

static void
add_header(const struct apam_services *svc, struct apam_op *op,
    struct apam_str name, struct apam_str value)
{
	(void)svc;
	fields_add_header(&op_of(op)->exchange.headers, name, value);
}

static void
add_field(const struct apam_services *svc, struct apam_op *op,
    struct apam_str name, struct apam_str value)
{
	(void)svc;
	exchange_add(&op_of(op)->exchange, name, value);
}

static void
add_parameter(const struct apam_services *svc, struct apam_op *op,
    struct apam_str name, struct apam_str value)
{
	(void)svc;
	exchange_query(&op_of(op)->exchange, name, value);
}

static void
give_body(const struct apam_services *svc, struct apam_op *op,
    struct apam_str type, struct apam_str bytes)
{
	(void)svc;
	exchange_body(&op_of(op)->exchange, type, bytes);
}

static void
use_socket(
    const struct apam_services *svc, struct apam_op *op, struct apam_str path)
{
	(void)svc;
	buf_set(&op_of(op)->exchange.socket, path);
}

static void
use_http2(const struct apam_services *svc, struct apam_op *op)
{
	(void)svc;
	op_of(op)->exchange.http2 = true;
}

static void
use_certificate(const struct apam_services *svc, struct apam_op *op,
    const struct apam_certificate *certificate)
{
	(void)svc;
	exchange_certificate(&op_of(op)->exchange, certificate);
}

static void
ask_probe(const struct apam_services *svc, struct apam_op *op)
{
	(void)svc;
	op_of(op)->probes = true;
}

/* ---- People and time -------------------------------------------------- */

static void
wait_seconds(
    const struct apam_services *svc, struct apam_op *op, int64_t seconds)
{
	(void)svc;
	op_of(op)->wait = seconds;
}

static void
show_prompt(const struct apam_services *svc, struct apam_op *op,
    const struct apam_prompt *prompt)
{
	op_show(op_of(op), prompt);
	(void)svc;
}

/* ---- What is kept ----------------------------------------------------- */

static void
keep_memo(
    const struct apam_services *svc, struct apam_op *op, struct apam_str bytes)
{
	struct op *o = op_of(op);

	(void)svc;
	buf_set(&o->memo, bytes);
	o->pub.memo = buf_view(&o->memo);
}

static void
make_credential(
    const struct apam_services *svc, struct apam_op *op, struct apam_str bytes)
{
	struct op *o = op_of(op);

	(void)svc;
	buf_set(&o->credential, bytes);
	o->has_credential = true;
}

static void
set_lifetime(
    const struct apam_services *svc, struct apam_op *op, int64_t seconds)
{
	(void)svc;
	op_of(op)->lifetime = seconds < 0 ? 0 : seconds;
}

static void
set_lifetime_json(
    const struct apam_services *svc, struct apam_op *op, const char *pointer)
{
	struct apam_json value;

	if (op->response != NULL &&
	    svc->json(svc, op->response, pointer, &value, NULL) == APAM_OK)
		op_of(op)->lifetime = lifetime_from_json(value);
}

/* ---- Secrets that change ---------------------------------------------- */

/* True if the value is that of a durable option of the entry. */
static bool
is_durable(const struct op *op, const struct apam_value *value)
{
	const struct option_table *table = &op->reach.options;
	const struct apam_value *values = op->reach.values;

	for (size_t i = 0; values != NULL && i < table->count; i++)
		if (value == &values[i])
			return (option_at(table, i)->flags &
				   APAM_OPT_DURABLE) != 0;
	return false;
}

static struct apam_str
secret_now(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value)
{
	const struct op *o = op_of(op);

	(void)svc;
	if (value == o->durable.value)
		return o->durable.secret;
	for (size_t i = 0; i < o->secret_count; i++)
		if (o->places[i] == value)
			return buf_view(&o->secrets[i]);
	return value->str;
}

/* One that is not in the store is sent as often as is wanted. */
static void
spend_secret(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value)
{
	struct op *o = op_of(op);

	(void)svc;
	if (!is_durable(o, value))
		op_misuse(o, "the module spends a secret that is not durable");
	o->durable.spends |= value == o->durable.value;
}

static void
succeed_secret(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value, struct apam_str bytes)
{
	struct op *o = op_of(op);

	(void)svc;
	if (!is_durable(o, value))
		op_misuse(
		    o, "the module replaces a secret that is not durable");
	if (value != o->durable.value) {
		o->durable.unkept |= !bytes_equal(bytes, value->str);
		return;
	}
	buf_set(&o->durable.successor, bytes);
	o->durable.succeeds = true;
}

/* ---- Ends ------------------------------------------------------------- */

static int32_t
end_key_state(const struct apam_services *svc, struct apam_op *op,
    int32_t state, struct apam_str text)
{
	struct op *o = op_of(op);

	service_message(svc, text, o->evidence, sizeof(o->evidence));
	o->key_state = (enum apam_key_state)state;
	o->has_key_state = state >= 0 && state <= APAM_KEY_REJECTED;
	return APAM_STEP_DONE;
}

static int32_t
end_failed(const struct apam_services *svc, struct apam_op *op, int32_t status,
    struct apam_str text)
{
	char message[SERVICE_MESSAGE_MAX];

	service_message(svc, text, message, sizeof(message));
	(void)error_set(
	    &op_of(op)->error, service_failure(status), "%s", message);
	return APAM_STEP_FAILED;
}

/* ---- Facts ------------------------------------------------------------ */

static struct apam_str
fact_now(
    const struct apam_services *svc, struct apam_op *op, struct apam_str name)
{
	const struct op_durable *d = &op_of(op)->durable;
	const struct apam_str kept = durable_fact_find(
	    buf_view(&d->kept), name);

	(void)svc;
	return kept.n > 0 ? kept : durable_fact_find(d->facts, name);
}

static void
keep_fact(const struct apam_services *svc, struct apam_op *op,
    struct apam_str name, struct apam_str value, int32_t secret)
{
	const struct durable_fact fact = { name, value, secret != 0 };
	struct op *o = op_of(op);
	struct buf *kept = &o->durable.kept;

	(void)svc;
	if (o->kind != OP_LOGIN || !durable_fact_name_ok(name) ||
	    durable_fact_find(buf_view(kept), name).n > 0)
		op_misuse(o,
		    "the module keeps a fact outside of a login, twice or "
		    "without a name");
	else if (durable_fact_value_ok(value))
		durable_fact_put(kept, &fact);
	else
		o->durable.unfit = true;
}

void
services_add_steps(struct apam_services *to)
{
	to->exchange = begin_exchange;
	to->exchange_header = add_header;
	to->exchange_field = add_field;
	to->exchange_query = add_parameter;
	to->exchange_body = give_body;
	to->exchange_socket = use_socket;
	to->exchange_http2 = use_http2;
	to->exchange_certificate = use_certificate;
	to->exchange_probe = ask_probe;
	to->wait = wait_seconds;
	to->show = show_prompt;
	to->secret = secret_now;
	to->spend = spend_secret;
	to->successor = succeed_secret;
	to->keep_fact = keep_fact;
	to->fact = fact_now;
	to->memo = keep_memo;
	to->credential = make_credential;
	to->lifetime = set_lifetime;
	to->lifetime_json = set_lifetime_json;
	to->key_state = end_key_state;
	to->fail = end_failed;
}
