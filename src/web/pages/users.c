/* /settings/users: who may sign in, and as what. */
#include "web/pages/pages.h"

#include "app/access.h"
#include "web/pages/form_view.h"
#include "web/pages/record_export.h"

#include <string.h>

/* --- the list and the form for a new one --------------------------------- */

static const char *password_error(const struct form_view *form)
{
	const struct field *f = &form->schema->fields[USER_PASSWORD];

	for (size_t i = 0; form->errors && i < form->errors->n; i++) {
		if (form->errors->item[i].field == f)
			return form->errors->item[i].message;
	}
	return "";
}

static enum err_code show_list(struct request *r, struct response *out,
    const struct form_view *form, int status, struct err *e)
{
	const struct record_table_spec *spec = record_table_spec_of(KIND_USER);
	struct arena *a = r->arena;
	struct jv ctx = jv_dict(a, 12);
	const char *message = arena_strdup(a, status == 200 ? "" : e->message);
	struct record_table t;
	enum err_code rc =
	    record_table_select(r, spec, RECORD_TABLE_PAGE, &t, e);

	if (rc != ERR_OK)
		return rc;
	jv_dict_set(a, ctx, "table", record_table_view(r, spec, &t));
	jv_dict_set(a, ctx, "fields", form_view_fields(r, form));
	jv_dict_set(a, ctx, "problems", form_view_problems(r, form, message));
	jv_dict_set(
	    a, ctx, "password_error", jv_copy_text(a, password_error(form)));
	return response_page(r, out, status, "users.html", ctx, e);
}

static enum err_code users_page(
    struct request *r, struct response *out, struct err *e)
{
	struct form_view form = { .schema = &kind_get(KIND_USER)->schema };

	return show_list(r, out, &form, 200, e);
}

static enum err_code export_page(
    struct request *r, struct response *out, struct err *e)
{
	return record_export(r, out, record_table_spec_of(KIND_USER), e);
}

static enum err_code users_post(
    struct request *r, struct response *out, struct err *e)
{
	struct schema_errors errors = { 0 };
	struct form_view form = {
		.schema = &kind_get(KIND_USER)->schema,
		.submitted = true,
		.errors = &errors,
	};
	struct access_user user = {
		.name = request_form(r, "name", ""),
		.role = request_form(r, "role", ""),
		.password = request_form(r, "password", ""),
		.full_name = request_form(r, "full_name", ""),
	};
	enum err_code rc =
	    access_create_user(r->app, &r->actor, &user, &errors, e);

	if (rc == ERR_OK) {
		response_flash(r, out, "good",
		    arena_printf(
			r->arena, "The user %s was created.", user.name));
		return view_redirect(r, out, e, "/settings/users");
	}
	return form_view_shows(rc)
		   ? show_list(r, out, &form, form_view_status(rc), e)
		   : rc;
}

/* --- one user ------------------------------------------------------------ */

static enum err_code find_user(
    const struct request *r, const struct record **ret, struct err *e)
{
	const struct record *user =
	    snapshot_find(r->snapshot, KIND_USER, r->capture[0]);

	if (!user)
		return err_set(
		    e, ERR_NOT_FOUND, "There is no user %.80s.", r->capture[0]);
	*ret = user;
	return ERR_OK;
}

static enum err_code show_user(struct request *r, struct response *out,
    const struct record *user, const char *problem, int status, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 8);

	jv_dict_set(r->arena, ctx, "user", view_record(r->arena, user));
	jv_dict_set(
	    r->arena, ctx, "roles", view_words(r->arena, access_role_words));
	jv_dict_set(r->arena, ctx, "problem", jv_text(problem));
	return response_page(r, out, status, "user.html", ctx, e);
}

static enum err_code user_page(
    struct request *r, struct response *out, struct err *e)
{
	const struct record *user = NULL;
	enum err_code rc = find_user(r, &user, e);

	return rc == ERR_OK ? show_user(r, out, user, "", 200, e) : rc;
}

typedef enum err_code (*user_change)(
    struct request *r, const char *user, struct err *e);

static enum err_code change_access(
    struct request *r, const char *user, struct err *e)
{
	return access_update_user(r->app, &r->actor, user,
	    request_form(r, "role", ""), *request_form(r, "disabled", ""), e);
}

static enum err_code change_password(
    struct request *r, const char *user, struct err *e)
{
	return access_set_password(
	    r->app, &r->actor, user, request_form(r, "password", ""), e);
}

static enum err_code delete_user(
    struct request *r, const char *user, struct err *e)
{
	return access_delete_user(r->app, &r->actor, user, e);
}

static enum err_code change(struct request *r, struct response *out,
    user_change fn, const char *done, struct err *e)
{
	const struct record *user = NULL;
	enum err_code rc;

	if ((rc = find_user(r, &user, e)) != ERR_OK)
		return rc;
	rc = fn(r, record_key(user), e);
	if (rc == ERR_OK) {
		response_flash(r, out, "good",
		    arena_printf(r->arena, "%s: %s", record_key(user), done));
		return view_redirect(r, out, e, "/settings/users");
	}
	return form_view_shows(rc)
		   ? show_user(r, out, user, arena_strdup(r->arena, e->message),
			 form_view_status(rc), e)
		   : rc;
}

static enum err_code access_post(
    struct request *r, struct response *out, struct err *e)
{
	return change(r, out, change_access, "saved.", e);
}

static enum err_code password_post(
    struct request *r, struct response *out, struct err *e)
{
	return change(r, out, change_password,
	    "the password was set, and all sessions ended.", e);
}

static enum err_code delete_page(
    struct request *r, struct response *out, struct err *e)
{
	struct jv ctx = jv_dict(r->arena, 8);
	const struct record *user = NULL;
	enum err_code rc = find_user(r, &user, e);

	if (rc != ERR_OK)
		return rc;
	jv_dict_set(r->arena, ctx, "user", view_record(r->arena, user));
	return response_page(r, out, 200, "user_delete.html", ctx, e);
}

static enum err_code delete_post(
    struct request *r, struct response *out, struct err *e)
{
	return change(r, out, delete_user, "deleted.", e);
}

static const struct route routes[] = {
	PAGE_GET("/settings/users", MAY_ADMIN, users_page),
	PAGE_GET("/settings/users.csv", MAY_ADMIN, export_page),
	PAGE_GET("/settings/users.json", MAY_ADMIN, export_page),
	PAGE_POST("/settings/users", MAY_ADMIN, users_post),
	PAGE_GET("/settings/users/{name}", MAY_ADMIN, user_page),
	PAGE_POST("/settings/users/{name}", MAY_ADMIN, access_post),
	PAGE_POST("/settings/users/{name}/password", MAY_ADMIN, password_post),
	PAGE_GET("/settings/users/{name}/delete", MAY_ADMIN, delete_page),
	PAGE_POST("/settings/users/{name}/delete", MAY_ADMIN, delete_post),
};

const struct route_table pages_users_routes = { routes, COUNT(routes) };
