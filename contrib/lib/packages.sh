# Debian packages: what is needed for what, what is missing, and how it gets here.
# shellcheck shell=bash disable=SC2034,SC2154 # shared with the caller

# One need a line; where several packages would do, the first is installed.
build_packages=(
    build-essential
    cmake
    'pkg-config|pkgconf'
    libldap-dev
    libmicrohttpd-dev
    libgnutls28-dev
    libjansson-dev
    liblmdb-dev
    'libcurl4-gnutls-dev|libcurl4-openssl-dev|libcurl4-nss-dev'
    libsodium-dev
    libunistring-dev
    libidn2-dev
    libpopt-dev
    libfyaml-dev
)
run_packages=(slapd ldap-utils curl ca-certificates)
test_packages=(libcmocka-dev python3 openssl clang libclang-rt-dev)

is_installed() {
    [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == 'install ok installed' ]]
}

is_satisfied() {
    local package
    local IFS='|'
    for package in $1; do
        is_installed "$package" && return
    done
    return 1
}

missing_packages() {
    local need
    for need in "$@"; do
        is_satisfied "$need" || printf '%s\n' "${need%%|*}"
    done
}

# How to become root: nothing if we are, else sudo, which may ask only at a terminal.
root_command() {
    if ((EUID == 0)); then
        return
    fi
    command -v sudo >/dev/null || return 1
    if [[ -t 0 ]]; then
        echo sudo
    else
        sudo -n true 2>/dev/null || return 1
        echo sudo -n
    fi
}

install_packages() {
    local missing as_root log
    command -v dpkg-query >/dev/null ||
        fail "this is not Debian: there is no dpkg-query" "needed are: ${*%%|*}"
    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]} == 0)); then
        step "Packages: everything needed is here"
        return
    fi

    step "Packages: installing ${missing[*]}"
    as_root=$(root_command) ||
        fail "these packages must be installed by root, and neither root nor sudo is at hand" \
            "as root: apt-get install --no-install-recommends ${missing[*]}"
    log=$(mktemp /tmp/rolebridge-packages.XXXXXX)
    note "with what they need; a minute or two, apt-get's own words are in $log"
    # shellcheck disable=SC2086 # two words, or none
    quietly "$log" $as_root bash "$contrib/lib/install-as-root" "${missing[@]}"
    note "$(tail -n 1 "$log")"
    rm -f "$log"
}
