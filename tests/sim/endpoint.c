#include "sim/endpoint.h"

void endpoint_init(
    struct endpoint *ep, const struct endpoint_ops *ops, struct device *d)
{
	ep->ops = ops;
	ep->device = d;
	ep->generation = d->generation;
	buf_init(&ep->out, ENDPOINT_OUT_MAX);
}

void endpoint_release(struct endpoint *ep)
{
	buf_release(&ep->out);
}

bool endpoint_begin_request(struct endpoint *ep)
{
	struct hostile *h = &ep->device->hostile;

	ep->requests++;
	ep->device->stats.commands++;
	if ((h->drop_after_request && ep->requests == h->drop_after_request) ||
	    h->cut_after == 1) {
		h->drop_after_request = 0;
		h->cut_after = 0;
		ep->cut = true;
		return false;
	}
	h->cut_after -= h->cut_after > 0;
	return true;
}

void endpoint_end_request(struct endpoint *ep)
{
	struct hostile *h = &ep->device->hostile;

	if ((h->drop_before_response &&
		ep->requests == h->drop_before_response) ||
	    h->cut_before == 1) {
		h->drop_before_response = 0;
		h->cut_before = 0;
		ep->cut = true;
	}
	h->cut_before -= h->cut_before > 0;
	if (h->stall_after_request && ep->requests == h->stall_after_request) {
		h->stall_after_request = 0;
		ep->stalled = true;
	}
}
