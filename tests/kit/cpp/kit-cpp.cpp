/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module in C++: a header with the secret and the path of each request.  It
 * uses no part of the C++ library that has to be linked.
 */
#include <apam/module.h>

#include <stdlib.h>

namespace {

enum option : size_t { OPT_ID, OPT_KEY, OPT_COUNT };

/* Constant, so that nothing runs when the module is loaded. */
constexpr apam_option options[OPT_COUNT] = {
	{ .name = "id",
	    .help = "the key's name",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_KEY_ID },
	{ .name = "key",
	    .help = "reference to the key",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED },
};

/* A text of the core's, which is let go of at the end of the block. */
class text {
public:
	explicit text(const apam_services *svc)
	    : svc_(svc), text_(svc->text_new(svc, 1))
	{
	}
	~text() { svc_->text_free(svc_, &text_); }
	text(const text &) = delete;
	text &operator=(const text &) = delete;

	text &
	put(struct apam_str bytes, int32_t writing = APAM_WRITING_PLAIN)
	{
		svc_->text_put(svc_, text_, writing, bytes);
		return *this;
	}
	struct apam_str
	view() const
	{
		return svc_->text_view(svc_, text_);
	}

private:
	const apam_services *svc_;
	apam_text *text_;
};

/* One entry. */
struct entry {
	const apam_services *svc;
	const apam_options *values;

	const apam_value *
	value(option i) const
	{
		return apam_option_value(values, i);
	}
};

int32_t
open(const apam_services *svc, const apam_options *values, void **state)
{
	auto *e = static_cast<entry *>(calloc(1, sizeof(entry)));

	if (e == nullptr)
		return APAM_E_MEMORY;
	e->svc = svc;
	e->values = values;
	*state = e;
	return APAM_OK;
}

void
close(void *state)
{
	free(state);
}

int32_t
acquire(void *state, apam_op *op)
{
	const auto *e = static_cast<const entry *>(state);

	e->svc->credential(
	    e->svc, op, e->svc->secret(e->svc, op, e->value(OPT_KEY)));
	e->svc->lifetime(e->svc, op, APAM_FOREVER);
	return APAM_STEP_DONE;
}

int32_t
sign(void *state, const apam_credential_view *credential,
    const apam_request_view *request, apam_signing *out)
{
	const auto *e = static_cast<const entry *>(state);
	const apam_services *svc = e->svc;
	text value(svc);

	value.put(e->value(OPT_ID)->str).put(APAM_STR(":"));
	value.put(credential->secret, APAM_WRITING_BASE64URL);
	value.put(APAM_STR(":")).put(request->path, APAM_WRITING_PERCENT);
	if (value.view().n == 0)
		return apam_refusef(svc, out, APAM_E_MEMORY, "out of memory");
	svc->sign_header(
	    svc, out, APAM_STR("Authorization"), value.view());
	return APAM_OK;
}

int32_t
judge(void *, const apam_answer_view *answer, apam_judging *,
    const char **reason)
{
	const int32_t status = answer->response->status;

	*reason = "the status alone";
	if (status == 401)
		return APAM_VERDICT_REJECTED;
	return status < 300 ? APAM_VERDICT_ACCEPTED : APAM_VERDICT_UNKNOWN;
}

int32_t
check(void *state, apam_op *op)
{
	const auto *e = static_cast<const entry *>(state);

	return apam_key_statef(
	    e->svc, op, APAM_KEY_UNKNOWN, "nobody can be asked");
}

} // namespace

const apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL,
	.scheme = "kit-cpp",
	.summary = "signs the path of each request, in C++",
	.vendor = "apam tests",
	.version = "1",
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = open,
	.close = close,
	.acquire = acquire,
	.sign = sign,
	.judge = judge,
	.check = check,
	.revoke = nullptr,
	.prepare = nullptr,
	.login = nullptr,
	.verify = nullptr,
	.verify_hash = 0,
	.body_piece = nullptr,
	.body_rewind = nullptr,
	.body_end = nullptr,
};
