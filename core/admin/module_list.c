/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_module_get and apam_modules: which schemes there are.
 */
#include <apam/admin.h>

#include "abi/loader.h"
#include "base/cancel.h"
#include "base/error.h"
#include "config/directory.h"
#include "profile/handle.h"

enum apam_status
apam_module_get(struct apam *ctx, const char *scheme,
    const struct apam_module **module, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct module *m;
	struct apam_error why;

	error_clear(err);
	error_clear(&why);
	m = modules_get(&ctx->env.modules, ctx->env.settings, scheme, &why);
	*module = m == NULL ? NULL : &m->abi;
	if (m == NULL && err != NULL)
		*err = why;
	return why.status;
}

enum apam_status
apam_modules(struct apam *ctx,
    bool (*each)(void *arg, const char *scheme,
	const struct apam_module *module, const struct apam_error *why),
    void *arg, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct apam_module *m;
	struct apam_error why;
	struct names_list list;
	enum apam_status status;
	bool more = true, bad;

	error_clear(err);
	status = names_list_read(&list, ctx->env.settings->module_dir, ".so",
	    ctx->env.settings->user, module_name_ok, err);
	for (size_t i = 0; more && i < list.count; i++) {
		bad = apam_module_get(ctx, list.names[i], &m, &why) != APAM_OK;
		more = each(arg, list.names[i], m, bad ? &why : NULL);
	}
	names_list_free(&list);
	return status;
}
