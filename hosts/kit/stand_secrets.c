/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The durable secret of an entry, without a store: each successor takes its
 * place.  At `open` the option is empty, as one of a store is.
 *
 * And how values are found again that are longer than the core's own.
 */
#include "kit/standing.h"

static struct apam_services core;

/* ---- Durable ---------------------------------------------------------- */

void
standing_lend(struct stand *s, struct op *op)
{
	const struct option_table *table = &stand_module.options;

	for (size_t i = 0; i < table->count; i++)
		if (option_at(table, i)->flags & APAM_OPT_DURABLE) {
			op->durable.value = &s->entry.values.values[i];
			if (op->kind != OP_LOGIN)
				op->durable.secret = buf_view(&s->durable);
			op->durable.facts = buf_view(&s->facts);
		}
}

void
standing_keep(struct stand *s, struct op *op)
{
	if (!op->durable.succeeds)
		return;
	buf_set(&s->durable, buf_view(&op->durable.successor));
	op->durable.secret = buf_view(&s->durable);
	if (op->kind == OP_LOGIN)
		buf_set(&s->facts, buf_view(&op->durable.kept));
	op->durable.facts = buf_view(&s->facts);
}

/* ---- Grown values ----------------------------------------------------- */

/* The core's value of an option that the module named by its own. */
static const struct apam_value *
own_value(const struct apam_services *svc, const struct apam_value *value)
{
	const struct services *services = (const void *)svc;
	const struct entry *e = (const void *)((const char *)services -
	    offsetof(struct entry, services));
	const size_t at = (size_t)((const char *)value -
	    (const char *)e->options.values);

	/* A member of a group has no other use than its bytes. */
	if (at >= e->options.count * e->options.value_size)
		return value;
	return &e->values.values[at / e->options.value_size];
}

static struct apam_str
own_secret(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value)
{
	return core.secret(svc, op, own_value(svc, value));
}

static void
own_spend(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value)
{
	core.spend(svc, op, own_value(svc, value));
}

static void
own_successor(const struct apam_services *svc, struct apam_op *op,
    const struct apam_value *value, struct apam_str bytes)
{
	core.successor(svc, op, own_value(svc, value), bytes);
}

void
standing_translate(struct stand *s)
{
	struct apam_services *table = &s->entry.services.pub;

	core = *table;
	table->secret = own_secret;
	table->spend = own_spend;
	table->successor = own_successor;
}
