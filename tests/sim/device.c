#include "sim/device.h"

#include "sim/mem.h"

#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t device_clock_ms;

void device_clock_advance(int64_t ms)
{
	atomic_fetch_add(&device_clock_ms, ms);
}

int64_t device_now_ms(const struct device *d)
{
	return clock_wall_ms() + atomic_load(&device_clock_ms) +
	       d->clock_skew_ms;
}

void device_init(struct device *d, const struct platform *platform,
    const struct device_login *login, const char *name, unsigned index,
    const char *os_version)
{
	pthread_mutexattr_t attr;

	memset(d, 0, sizeof(*d));
	d->platform = platform;
	d->login = login;
	d->os_version = os_version ? os_version : platform->os_version;
	d->index = index;
	snprintf(d->name, sizeof(d->name), "%s", name);
	snprintf(d->serial, sizeof(d->serial), "SIM%08u", index + 1);
	snprintf(d->mac, sizeof(d->mac), "5254.00%02x.%04x",
	    (index >> 16) & 0xff, index & 0xffff);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&d->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	d->booted_ms = device_now_ms(d);
	platform->init(d);
}

void device_release(struct device *d)
{
	d->platform->release(d);
	while (d->files)
		device_file_delete(d, d->files->name);
	pthread_mutex_destroy(&d->lock);
}

void device_lock(struct device *d)
{
	pthread_mutex_lock(&d->lock);
	d->platform->tick(d, device_now_ms(d));
}

void device_unlock(struct device *d)
{
	pthread_mutex_unlock(&d->lock);
}

void device_reload(struct device *d)
{
	d->generation++;
	d->stats.reloads++;
	d->booted_ms = device_now_ms(d);
	d->platform->reload(d);
}

void device_format_time(
    int64_t wall_ms, const char *format, char text[DEVICE_TIME_SIZE])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	/* The format is one of ours, never a peer's. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (strftime(text, DEVICE_TIME_SIZE, format, &tm) == 0)
		*text = '\0';
#pragma GCC diagnostic pop
}
