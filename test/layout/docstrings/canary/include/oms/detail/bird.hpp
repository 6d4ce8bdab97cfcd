// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_BIRD_HPP
#define OMS_DETAIL_BIRD_HPP

// What is public lives in the namespace, whichever the header.

#define OMS_DETAIL_UNSAID 1

namespace oms {

struct public_all_the_same {};

namespace detail {

struct nobody_sees {
    int nor_this;
};

}  // namespace detail
}  // namespace oms

#endif
