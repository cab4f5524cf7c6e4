/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_module_get and apam_modules: the schemes that are installed.
 */
#include <apam/admin.h>

#include "abi/loader.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "config/directory.h"
#include "profile/handle.h"

enum apam_status
apam_module_get(struct apam *ctx, const char *scheme,
    const struct apam_module **module, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct module *m;
	struct apam_error why = APAM_ERROR_INIT;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	m = modules_get(&ctx->env.modules, ctx->env.settings, scheme, &why);
	*module = m == NULL ? NULL : &m->abi;
	if (m == NULL)
		error_copy(err, &why);
	return why.status;
}

enum apam_status
apam_modules(struct apam *ctx,
    bool (*each)(void *arg, const struct apam_module_info *module), void *arg,
    struct apam_error *err)
{
	HOLD_CANCEL;
	const struct apam_module *m;
	struct apam_error why = APAM_ERROR_INIT;
	struct directory list;
	enum apam_status status;
	bool more = true;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	status = directory_read(&list, ctx->env.settings->module_dir, ".so",
	    ctx->env.settings->user, module_name_ok, err);
	for (size_t i = 0; more && i < list.count; i++) {
		struct apam_module_info info = { .size = sizeof(info),
			.scheme = list.names[i] };

		if (apam_module_get(ctx, info.scheme, &m, &why) != APAM_OK)
			info.why = &why;
		info.module = m;
		more = each(arg, &info);
	}
	directory_free(&list);
	return status;
}
