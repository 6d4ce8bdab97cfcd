// SPDX-License-Identifier: BSL-1.0
// Stands before Boost's own header, which has no way to be told.

#include_next <boost/version.hpp>

#undef BOOST_VERSION
#define BOOST_VERSION 199900
