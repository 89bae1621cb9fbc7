#include "infra/http/certificate.h"

#include "base/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Made by openssl req -x509; the pin is what `openssl x509 -pubkey | openssl
 * pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64` says. */
static const char certificate[] =
    "MIIBbjCCARWgAwIBAgIUfgloTyXs0amEu/dTNIJEzC7bIPswCgYIKoZIzj0E"
    "AwIwDDEKMAgGA1UEAwwBdDAgFw0yNjExMjEwNzM3NTNaGA8yMTI2MTAyODA3"
    "Mzc1M1owDDEKMAgGA1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA"
    "BJTZFEmPQBX0Lh7OHTxwV2kiA/esEcQl4O1It5joYprlD1g4BdE3qMKUifJA"
    "YhlMfjl0CrLouuhgkWcChKysTP6jUzBRMB0GA1UdDgQWBBTLBI1YHR0WUUKU"
    "V/8uLmW0TbcnujAfBgNVHSMEGDAWgBTLBI1YHR0WUUKUV/8uLmW0TbcnujAP"
    "BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIFHI3xf/OOOt6Du6"
    "jTeXPUR8Bv/NyvXzdvsyppLEE/eAAiBoIY8TSeoljc25zEDIRsXEolrxQmyE"
    "CLePAedbw4dezw==";
static const char pin[] =
    "sha256//LqZ8pWop70rgo3lCRIG/NVGwS/p2i1RDdb211MgyGOg=";

static struct buf decode(void)
{
	struct buf der = BUF_INIT(4096);

	assert_true(
	    base64_decode_append(&der, certificate, strlen(certificate)));
	return der;
}

static void test_pin_of_the_public_key(void **state)
{
	struct buf der = decode(), out = BUF_INIT(100);

	(void)state;
	assert_true(http_certificate_pin(der.data, der.len, &out));
	assert_string_equal(buf_text(&out), pin);
	buf_release(&out);
	buf_release(&der);
}

/* Whatever is cut off, or changed in its lengths, nothing is read past the
 * end (the copy is exactly as long as it says). */
static void test_damaged_certificates(void **state)
{
	struct buf der = decode();

	(void)state;
	for (size_t len = 0; len < der.len; len++) {
		struct buf out = BUF_INIT(100);
		char *part = malloc(len ? len : 1);

		assert_non_null(part);
		memcpy(part, der.data, len);
		assert_false(http_certificate_pin(part, len, &out));
		buf_release(&out);
		free(part);
	}
	for (size_t at = 0; at < der.len; at++) {
		struct buf out = BUF_INIT(100);

		der.data[at] = (char)(der.data[at] ^ 0x85);
		/* true or false: it ends, within its bounds */
		if (http_certificate_pin(der.data, der.len, &out))
			assert_int_equal(strlen(buf_text(&out)), strlen(pin));
		der.data[at] = (char)(der.data[at] ^ 0x85);
		buf_release(&out);
	}
	buf_release(&der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pin_of_the_public_key),
		cmocka_unit_test(test_damaged_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
