/* Counts the flushes a process asks for, and can make each of them slow: for `yaogui bench checkout`, preloaded by the bench alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <time.h>

static atomic_long flushes;
static atomic_long delay_us;

static void pause_like_a_disk(void)
{
    long us = atomic_load(&delay_us);
    atomic_fetch_add(&flushes, 1);
    if (us > 0) {
        struct timespec rest = {us / 1000000, (us % 1000000) * 1000};
        nanosleep(&rest, 0);
    }
}

int fsync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int result = real(fd);
    pause_like_a_disk();
    return result;
}

int fdatasync(int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int result = real(fd);
    pause_like_a_disk();
    return result;
}

long yaogui_flushes(void)
{
    return atomic_load(&flushes);
}

void yaogui_flush_delay(long us)
{
    atomic_store(&delay_us, us);
}
