/* What a peer may answer to probes: SSH's beginning, SNMP's datagrams, TLS. The
 * first byte chooses: an even one SSH with a pin, 1 SNMPv2c, 3 SNMPv3, 5 TLS.
 */
#include "infra/probe/snmp_talk.h"
#include "infra/probe/ssh_hello.h"
#include "infra/probe/tls_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed_ssh(const uint8_t *data, size_t size)
{
	static const struct driver_host_key pin = { .type = "ssh-ed25519",
		.blob = "AAAAC3NzaC1lZDI1NTE5" };
	struct buf in = BUF_INIT(SSH_HELLO_MAX);
	struct buf out = BUF_INIT(SSH_HELLO_MAX);
	struct ssh_hello hello;

	ssh_hello_begin(&hello, &pin, 1, &out);
	buf_add(&in, data, size);
	(void)ssh_hello_feed(&hello, &in, &out);
	buf_release(&in);
	buf_release(&out);
}

static void feed_snmp(const uint8_t *data, size_t size, bool v3)
{
	static struct secret *word;
	static struct usm_user user;
	struct probe_snmp snmp = { .user = "reader" };
	struct snmp_talk talk;
	struct ber_out out;
	bool again;

	if (!word)
		word = secret_new("publicpublic", 12);
	if (!v3)
		snmp.community = word;
	snmp_talk_begin(&talk, &snmp, &user, 1);
	snmp_talk_request(&talk, &out);
	if (snmp_talk_feed(&talk, data, size, &again) == HELLO_MORE && again) {
		snmp_talk_request(&talk, &out);
		(void)snmp_talk_feed(&talk, data, size, &again);
	}
	snmp_talk_end(&talk);
}

static void feed_tls(const uint8_t *data, size_t size)
{
	struct buf in = BUF_INIT(SSH_HELLO_MAX);
	const char *why = NULL;

	buf_add(&in, data, size);
	if (tls_hello_feed(&in, &why) == HELLO_FAILED && !why)
		__builtin_trap();
	buf_release(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 2 == 0)
		feed_ssh(data + 1, size - 1);
	else if (data[0] == 5)
		feed_tls(data + 1, size - 1);
	else
		feed_snmp(data + 1, size - 1, data[0] == 3);
	return 0;
}
