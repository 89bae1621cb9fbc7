#include "worker/slot_jump.h"

#include "base/json.h"

enum err_code slot_jump_read(struct secrets *secrets, const json_t *request,
    struct arena *arena, struct slot_jump *to, struct err *e)
{
	const json_t *jump = json_object_get(request, "jump");
	const struct secret_ref ref =
	    slot_read_ref(json_object_get(jump, "credentials"));
	enum err_code rc;

	*to = (struct slot_jump){ .used = jump != NULL };
	if (!jump)
		return ERR_OK;
	rc = secrets_read(secrets, &ref, &to->credentials, e);
	if (rc != ERR_OK) {
		err_context(
		    e, "for the jump host %s", json_text(jump, "device", ""));
		return rc;
	}
	to->host = (struct driver_jump){
		.name = json_text(jump, "device", ""),
		.address = json_text(jump, "address", ""),
		.port = (uint16_t)json_number(jump, "port", 0),
		.username = to->credentials.username,
		.password = to->credentials.password,
		.private_key = to->credentials.private_key,
		.pins = to->pins,
		.n_pins = slot_read_pins(jump, arena, to->pins),
	};
	return ERR_OK;
}

void slot_jump_release(struct slot_jump *jump)
{
	if (jump->used)
		credentials_release(&jump->credentials);
}
