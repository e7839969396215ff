/* A disk that is slow to make things durable, for the measurement beside this file:
 *
 *   cc -O2 -shared -fPIC -o slow_disk.so slow_disk.c
 *   SLOW_DISK_US=5000 LD_PRELOAD=./slow_disk.so throughput FOLDER
 *
 * Every fdatasync and fsync takes so many microseconds more, for the program under measurement and for
 * the bare fdatasyncs beside it alike. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_a_little(void) {
    static int us = -1;
    if (us < 0) {
        const char *text = getenv("SLOW_DISK_US");
        us = text ? atoi(text) : 0;
    }
    if (us > 0)
        usleep((useconds_t)us);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_a_little();
    return real(fd);
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_a_little();
    return real(fd);
}
