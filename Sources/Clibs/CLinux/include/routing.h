// The kernel's routing socket (rtnetlink): its messages and its numbers.
#pragma once
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif
