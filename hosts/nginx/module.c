/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam's module for nginx: programs send plain requests to nginx, which has them
 * signed by a profile and sends them on.  apam-nginx(5) has the directives.
 */
#include "answer.h"
#include "conf.h"
#include "engine.h"
#include "tally.h"
#include "upstream.h"
#include "variables.h"
#include "visit.h"

static ngx_int_t
install(ngx_conf_t *cf)
{
	ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(
	    cf, ngx_http_core_module);
	ngx_http_handler_pt *handler = ngx_array_push(
	    &core->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);

	if (handler == NULL)
		return NGX_ERROR;
	*handler = visit_handler;
	answer_install();
	if (upstream_install(cf) != NGX_OK)
		return NGX_ERROR;
	return tally_install(cf);
}

/* nginx's helper processes run no requests. */
static ngx_int_t
start_worker(ngx_cycle_t *cycle)
{
	if (ngx_process != NGX_PROCESS_WORKER &&
	    ngx_process != NGX_PROCESS_SINGLE)
		return NGX_OK;
	return engine_start(cycle);
}

static ngx_http_module_t context = {
	.preconfiguration = variables_add,
	.postconfiguration = install,
	.create_main_conf = conf_create_main,
	.init_main_conf = conf_init_main,
	.create_loc_conf = conf_create_location,
	.merge_loc_conf = conf_merge_location,
};

ngx_module_t ngx_http_apam_module = { NGX_MODULE_V1, &context, conf_commands,
	NGX_HTTP_MODULE, NULL, engine_try, start_worker, NULL, NULL,
	engine_stop, NULL, NGX_MODULE_V1_PADDING };

/* What nginx looks for in a module's file. */
extern APAM_API ngx_module_t *ngx_modules[];
extern APAM_API char *ngx_module_names[];
extern APAM_API char *ngx_module_order[];

ngx_module_t *ngx_modules[] = { &ngx_http_apam_module, NULL };

static char name[] = "ngx_http_apam_module";
static char after[] = "ngx_http_copy_filter_module";

char *ngx_module_names[] = { name, NULL };

/* Its filters see an answer before those that change its body. */
char *ngx_module_order[] = { name, after, NULL };
