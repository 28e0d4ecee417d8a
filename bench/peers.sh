#!/bin/sh
# Installs the supervisors that `npm run bench` compares minit with, as far as this machine's own packages have them,
# and says what it did and what is left to do. Only as root, and only with apt; it removes nothing.
set -u

# program:package of Debian and Ubuntu
peers='runsvdir:runit s6-svscan:s6 svscan:daemontools supervisord:supervisor'
# Not in every release: tried one by one.
perhaps='dinit:dinit'
left=0

is_there() { command -v "$1" >/dev/null 2>&1; }

install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1" >/dev/null 2>&1
}

can_install=no
if [ "$(id -u)" = 0 ] && is_there apt-get; then can_install=yes; fi
is_fresh=no

for entry in $peers $perhaps; do
    program=${entry%%:*}
    package=${entry##*:}
    if is_there "$program"; then
        echo "$package: is here"
        continue
    fi
    if [ $can_install = no ]; then
        echo "$package: not here; install the package that has $program (as root, with apt, this script does)"
        left=1
        continue
    fi
    if [ $is_fresh = no ]; then
        apt-get update >/dev/null 2>&1
        is_fresh=yes
    fi
    if install "$package" && is_there "$program"; then
        echo "$package: installed"
    else
        echo "$package: no such package here; build it from its source and put $program on PATH"
        left=1
    fi
done

if is_there minit-c && is_there msvc-c; then
    echo 'C minit: is here'
else
    echo 'C minit: in no package; build it from its source and put its minit and msvc on PATH as minit-c and msvc-c'
    left=1
fi

here=$(dirname "$0")
if [ -f "$here/node_modules/pm2/package.json" ]; then
    echo 'pm2: is here'
elif npm ci --prefix "$here" --ignore-scripts --no-audit --no-fund >/dev/null 2>&1; then
    echo 'pm2: installed in bench/node_modules'
else
    echo 'pm2: not here; run: npm ci --prefix bench'
    left=1
fi

if ! is_there cc; then
    echo 'a C compiler: not here; without one only two boots can be measured'
    left=1
fi
[ $left = 0 ] && echo 'All of them are here.'
exit 0
