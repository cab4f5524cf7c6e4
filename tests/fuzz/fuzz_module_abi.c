/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * module_accept, of a descriptor that the input describes.  Lines: "NAME
 * NUMBER" sets a member, "no NAME" makes a pointer NULL, "option TYPE FLAGS
 * DEPTH [no name|no help|no choices|no members]" appends an option.  The
 * descriptor lies in a block of just the size that it says, so that a read
 * beyond it is seen.  What is accepted can be worked with; what is not leaves
 * no function to call.
 */
#include "abi/accept.h"
#include "base/error.h"
#include "config/option.h"
#include "fuzz.h"
#include "support/drive.h"

#define OPTIONS 70
#define DEPTHS 8

static int32_t
some_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	(void)svc;
	(void)options;
	*state = NULL;
	return APAM_OK;
}

static void
some_close(void *state)
{
	(void)state;
}

static int32_t
some_step(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_FAILED;
}

static int32_t
some_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	(void)state;
	(void)credential;
	(void)request;
	(void)out;
	return APAM_OK;
}

static int32_t
some_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)state;
	(void)answer;
	(void)out;
	*reason = "none";
	return APAM_VERDICT_UNKNOWN;
}

static const char *const choices[] = { "a", NULL };
static const char *const no_choices[] = { NULL };
static struct apam_option options[OPTIONS], nested[DEPTHS];

static const struct apam_module whole = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "demo",
	.summary = "s",
	.vendor = "v",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.open = some_open,
	.close = some_close,
	.acquire = some_step,
	.sign = some_sign,
	.judge = some_judge,
	.check = some_step,
};

/* A group in a group, so deep. */
static const struct apam_option *
nest(unsigned depth)
{
	for (unsigned i = 0; i < DEPTHS; i++)
		nested[i] = (struct apam_option){ .name = "n",
			.help = "h",
			.type = i < depth ? APAM_OPT_GROUP : APAM_OPT_STRING,
			.members = &nested[i + 1 < DEPTHS ? i + 1 : i],
			.member_count = i < depth && i + 1 < DEPTHS ? 1 : 0 };
	return nested;
}

static char names[OPTIONS][8];

static void
add_option(struct apam_module *m, const char *line)
{
	unsigned type = 0, flags = 0, depth = 0;
	struct apam_option *o = &options[m->option_count];

	if (m->option_count >= OPTIONS)
		return;
	(void)sscanf(line, "option %u %u %u", &type, &flags, &depth);
	(void)snprintf(names[m->option_count], sizeof(names[0]), "o%zu",
	    strstr(line, "again") != NULL ? 0 : m->option_count);
	*o = (struct apam_option){ .name = names[m->option_count],
		.help = "h",
		.type = (int32_t)type,
		.flags = flags,
		.choices = choices,
		.members = depth > 0 ? nest(depth % DEPTHS) : NULL,
		.member_count = depth > 0 ? 1 : 0 };
	if (strstr(line, "no name") != NULL)
		o->name = depth > 0 ? "" : NULL;
	if (strstr(line, "no help") != NULL)
		o->help = NULL;
	if (strstr(line, "no choices") != NULL)
		o->choices = depth > 0 ? no_choices : NULL;
	if (strstr(line, "no members") != NULL)
		o->members = NULL;
	m->option_count++;
}

static void
drop(struct apam_module *m, const char *name)
{
	const struct {
		const char *name;
		const char **text;
	} texts[] = { { "scheme", &m->scheme }, { "summary", &m->summary },
		{ "vendor", &m->vendor }, { "version", &m->version } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(name, texts[i].name) == 0)
			*texts[i].text = NULL;
	if (strcmp(name, "open") == 0)
		m->open = NULL;
	if (strcmp(name, "close") == 0)
		m->close = NULL;
	if (strcmp(name, "acquire") == 0)
		m->acquire = NULL;
	if (strcmp(name, "sign") == 0)
		m->sign = NULL;
	if (strcmp(name, "judge") == 0)
		m->judge = NULL;
	if (strcmp(name, "check") == 0)
		m->check = NULL;
	if (strcmp(name, "options") == 0)
		m->options = NULL;
}

static void
set(struct apam_module *m, const char *name, unsigned number)
{
	if (strcmp(name, "magic") == 0)
		m->magic = number;
	if (strcmp(name, "size") == 0)
		m->size = number;
	if (strcmp(name, "major") == 0)
		m->abi_major = (uint16_t)number;
	if (strcmp(name, "traits") == 0)
		m->traits = number;
	if (strcmp(name, "option_size") == 0)
		m->option_size = number;
	if (strcmp(name, "scheme") == 0)
		m->scheme = number == 0 ? "other" : "demo";
	/* Beyond the table only where that is refused by its number. */
	if (strcmp(name, "option_count") == 0 && number > 64)
		m->option_count = number;
}

static void
read_line(struct apam_module *m, struct apam_str text)
{
	char line[128], name[32] = "";
	unsigned number = 0;

	(void)snprintf(line, sizeof(line), "%.*s",
	    text.n < 127 ? (int)text.n : 127, text.p);
	if (strncmp(line, "option ", 7) == 0)
		add_option(m, line);
	else if (sscanf(line, "no %31s", name) == 1)
		drop(m, name);
	else if (sscanf(line, "%31s %u", name, &number) == 2)
		set(m, name, number);
}

static void
check(const struct apam_module *m, enum apam_status status,
    const struct apam_module *copy, const struct apam_error *err)
{
	if (status != APAM_OK) {
		HOLDS(status == APAM_E_MODULE && err->text[0] != '\0');
		HOLDS(!str_has_control(apam_str(err->text)));
		HOLDS(copy->open == NULL && copy->acquire == NULL);
		return;
	}
	HOLDS(copy->open != NULL && copy->close != NULL);
	HOLDS(copy->acquire != NULL && copy->sign != NULL);
	HOLDS(copy->check != NULL);
	HOLDS(copy->judge != NULL && strcmp(copy->scheme, "demo") == 0);
	HOLDS(copy->option_count <= 64);
	HOLDS(m->abi_major == APAM_ABI_MAJOR);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct apam_str text = { (const char *)data, size };
	struct apam_module m = whole, copy;
	struct apam_error err = APAM_ERROR_INIT;
	enum apam_status status;
	size_t room;
	char *block, zeroes[4096] = { 0 };

	while (text.n > 0)
		read_line(&m, drive_line(&text));
	/* What lies where options of another size would be is not an option. */
	if (m.option_size != sizeof(options[0]) &&
	    m.option_size >= sizeof(options[0]))
		return 0;
	room = m.size < 16 ? 16 : m.size > sizeof(m) ? sizeof(m) : m.size;
	if (m.size > sizeof(m))
		room = m.size > 4096 ? 4096 : m.size;
	block = fuzz_copy(zeroes, room);
	memcpy(block, &m, room < sizeof(m) ? room : sizeof(m));
	error_clear(&err);
	status = module_accept(
	    (const void *)block, "/demo.so", "demo", &copy, &err);
	check(&m, status, &copy, &err);
	free(block);
	return 0;
}
