#include "app/plan_hash.h"

#include "base/crypto.h"

#include <stdio.h>
#include <string.h>

static void hash_text(const char *text, char hash[PLAN_HASH_SIZE])
{
	uint8_t digest[SHA256_SIZE];

	sha256_of(text, strlen(text), digest);
	hex_encode(hash, digest, sizeof(digest));
}

void plan_hash_of(const struct device_run_input *in, const char *diff,
    char hash[PLAN_HASH_SIZE])
{
	char intended[PLAN_HASH_SIZE], shown[PLAN_HASH_SIZE], all[512];

	hash_text(in->intended, intended);
	hash_text(diff, shown);
	snprintf(all, sizeof(all), "%s\n%s\n%s\n%.200s\n",
	    in->replace ? "replace" : "merge", intended, shown,
	    in->target.name);
	hash_text(all, hash);
}
