/* SPDX-License-Identifier: MIT */
/* nohook: a shared object that is no module. */
int nohook_is_no_module(void);

int
nohook_is_no_module(void)
{
    return 1;
}
