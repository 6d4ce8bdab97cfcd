# shellcheck shell=sh
# SPDX-License-Identifier: BSL-1.0
#
# Fresh roots of Debian, for scripts that begin with `. "$root/test/debian_root.sh"`. What they mount is gone with them. A
# root is named for its release, bookworm, or for release and architecture, bookworm-i386. Roots are made by root, with
# debootstrap, in build/roots, or where OMS_ROOTS says, from the mirror that OMS_MIRROR names, or debootstrap's own; one
# that is there is made anew.

fail() { printf '== %s\n' "$*" >&2; exit 2; }
[ "$(id -u)" = 0 ] || fail "Roots are made by root."
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
[ -n "${OMS_ROOTS_PRIVATE-}" ] ||
    exec env OMS_ROOTS_PRIVATE=yes unshare --mount --propagation private "$0" "$@"

# shellcheck disable=SC2154  # the script's
place=${OMS_ROOTS:-$root/build/roots}
mkdir -p "$place"

# make_root NAME [COPY]: in which nothing is but what debootstrap puts there; and another like it.
make_root() {
    for each; do
        rm -rf --one-file-system "${place:?}/$each"
    done
    arch=${1#*-}
    [ "$arch" != "$1" ] || arch=
    # shellcheck disable=SC2086  # no mirror is no argument
    debootstrap --variant=minbase --include=git,ca-certificates ${arch:+--arch="$arch"} "${1%%-*}" "$place/$1" ${OMS_MIRROR-}
    # Packages are reached from there as from here.
    cp /etc/resolv.conf "$place/$1/etc/resolv.conf"
    cp -a /etc/apt/apt.conf.d/. "$place/$1/etc/apt/apt.conf.d/"
    [ $# = 1 ] || cp -a "$place/$1" "$place/$2"
    for each; do
        mount -t proc proc "$place/$each/proc"
        mount --bind /dev "$place/$each/dev"
        mount -t devpts devpts "$place/$each/dev/pts"
    done
}

# inside NAME DIRECTORY COMMAND
inside() {
    chroot "$place/$1" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8 OMS_WERROR=ON \
        sh -c "cd $2 && $3" </dev/null
}

# clone_into NAME: the last commit, in /src.
clone_into() {
    git bundle create -q "$place/$1/tmp/oms.bundle" HEAD
    inside "$1" / "git -c advice.detachedHead=false clone -q /tmp/oms.bundle /src"
}
