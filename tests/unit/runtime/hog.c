/* SPDX-License-Identifier: MIT */
/* hog: takes 1 600 bytes of what static thread-local storage is left for libraries that come by dlopen(). */
#include <string.h>

__thread char hog_room[1600] __attribute__((tls_model("initial-exec"), visibility("default")));
void hog_touch(void);

__attribute__((visibility("default"))) void
hog_touch(void)
{
    memset(hog_room, 1, sizeof(hog_room));
}
