/*
 * What a hostile server may send: bytes, in pieces, as framing and as XML.
 * The first byte chooses the framing and the size of the pieces.  Whatever
 * comes, no more is used than is there, and no message passes its bound.
 */
#include "infra/netconf/fault.h"
#include "infra/netconf/frame.h"
#include "infra/netconf/hello.h"

#include <stdint.h>
#include <stdlib.h>

#define MESSAGE_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_message(const struct buf *message)
{
	struct buf text = BUF_INIT(1 << 20);
	struct xml_doc *doc = NULL;
	struct netconf_hidden hidden;
	struct netconf_fault fault;
	unsigned long session;
	unsigned flags;

	netconf_hidden_init(&hidden);
	netconf_hidden_learn(&hidden, buf_text(message));
	if (xml_parse(buf_text(message), message->len, &doc, NULL) == ERR_OK) {
		netconf_fault_read(xml_root(doc), &hidden, &fault);
		if (netconf_hello_read(xml_root(doc), &flags, &session, NULL) ==
			ERR_OK &&
		    flags == 0)
			abort();
		xml_format_children(xml_root(doc), &text);
		xml_contains(xml_root(doc), xml_root(doc));
		xml_free(doc);
	}
	netconf_hidden_release(&hidden);
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netconf_frame f;
	enum netconf_framing framing;
	enum netconf_frame_result r = NETCONF_FRAME_MORE;
	size_t at = 1, step;

	if (size == 0)
		return 0;
	framing = data[0] & 1 ? NETCONF_CHUNKED : NETCONF_EOM;
	step = (size_t)(data[0] >> 1) + 1;
	netconf_frame_init(&f, framing, MESSAGE_MAX);
	while (at < size && r <= NETCONF_FRAME_DONE) {
		size_t n = size - at < step ? size - at : step, used = 0;

		r = netconf_frame_feed(&f, (const char *)data + at, n, &used);
		if (used > n || f.message.len > MESSAGE_MAX ||
		    (r == NETCONF_FRAME_MORE && used != n))
			abort();
		at += used;
		if (r == NETCONF_FRAME_DONE) {
			read_message(&f.message);
			netconf_frame_next(&f, framing);
		}
	}
	netconf_frame_release(&f);
	return 0;
}
