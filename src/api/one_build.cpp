// SPDX-License-Identifier: BSL-1.0
#include <oms/detail/one_build.hpp>

#define OMS_DETAIL_DEFINE(symbol) char const symbol = 1;
extern "C" {
OMS_DETAIL_EACH_SETTING(OMS_DETAIL_DEFINE)
}
