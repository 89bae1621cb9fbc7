/* /settings/ironic: which Ironic is asked about servers. */
#include "web/pages/pages.h"

#include "web/pages/form_view.h"
#include "web/pages/record_edit.h"

static const struct record *current(const struct request *r)
{
	const struct kind *kind = kind_get(KIND_IRONIC);

	return snapshot_find(r->snapshot, KIND_IRONIC, kind->name);
}

static enum err_code show(struct request *r, struct response *out,
    struct form_view *form, int status, struct err *e)
{
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 6);
	const char *message = arena_strdup(a, status == 200 ? "" : e->message);

	form->schema = &kind_get(KIND_IRONIC)->schema;
	form->record = current(r);
	jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
	jv_dict_set(a, ctx, "problems", form_view_problems(r, form, message));
	jv_dict_set(a, ctx, "record", view_record(a, current(r)));
	return response_page(r, out, status, "ironic.html", ctx, e);
}

static enum err_code ironic_page(
    struct request *r, struct response *out, struct err *e)
{
	struct form_view form = { 0 };

	return show(r, out, &form, 200, e);
}

static enum err_code ironic_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct form_view form = { .submitted = true, .errors = &errors };
	json_t *object =
	    request_form_object(r, &kind_get(KIND_IRONIC)->schema, &errors);
	enum err_code rc;

	if (!object)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = record_form_save(
	    r, KIND_IRONIC, kind_get(KIND_IRONIC)->name, object, &errors, e);
	json_decref(object);
	if (rc == ERR_OK) {
		response_flash(r, out, "good", "Saved.");
		return view_redirect(r, out, e, "/settings/ironic");
	}
	if (!form_view_shows(rc))
		return rc;
	return show(r, out, &form, form_view_status(rc), e);
}

static const struct route routes[] = {
	PAGE_GET("/settings/ironic", MAY_ADMIN, ironic_page),
	PAGE_POST_FIELDS("/settings/ironic", MAY_ADMIN, ironic_post, BODY_FORM),
};

const struct route_table pages_ironic_routes = { routes, COUNT(routes) };
