// SPDX-License-Identifier: BSL-1.0
// The least that a program can have of the library's interface: a header with a type of Asio's.

#include <oms/resolver.hpp>

int main() {}
