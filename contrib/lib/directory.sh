# The demo directory: a slapd of its own, with its files in $state/slapd, on
# loopback. Of the system's own slapd it uses nothing but the program and the
# schema files.
# shellcheck shell=bash disable=SC2154 # the folders and ports are the caller's

ldap_base=dc=example,dc=com
ldap_bind_dn=cn=rolebridge,$ldap_base
slapd_pid=

start_directory() {
    step "Directory: slapd on $ldap_uri"
    mkdir -p "$state/slapd/database"
    sed "s|@FOLDER@|$state/slapd|" "$contrib/demo/slapd.conf" >"$state/slapd/slapd.conf"
    [[ -f $state/slapd/is-filled ]] || fill_directory
    run_slapd
}

fill_directory() {
    local hash
    rm -f "$state"/slapd/database/*.mdb
    random_secret >"$state/ldap-password"
    hash=$(slappasswd -n -T "$state/ldap-password")
    sed "s|@PASSWORD_HASH@|$hash|" "$contrib/demo/base.ldif" >"$state/slapd/base.ldif"
    quietly "$state/slapd/slapd.log" \
        slapadd -f "$state/slapd/slapd.conf" -l "$state/slapd/base.ldif"
    touch "$state/slapd/is-filled"
}

# No newline at its end: ldapsearch -y takes the file as it is.
random_secret() {
    head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'
}

run_slapd() {
    slapd -f "$state/slapd/slapd.conf" -h "$ldap_uri/" -d 0 \
        >"$state/slapd/slapd.log" 2>&1 </dev/null 9>&- &
    slapd_pid=$!
    disown "$slapd_pid"
    within 10 has_answered_or_ended "$slapd_pid" directory_answers || true
    directory_answers || directory_failed
}

directory_answers() {
    as_service ldapwhoami >/dev/null 2>&1
}

has_answered_or_ended() {
    "$2" || is_gone "$1"
}

directory_failed() {
    tail -n 20 "$state/slapd/slapd.log" >&2
    fail "the demo directory did not start; to see why:" \
        "$(command -v slapd) -f $state/slapd/slapd.conf -h $ldap_uri/ -d 1" \
        "If it may not open its files, a security profile keeps it out of this folder (aa-status" \
        "tells): try --dir below /var/lib/ldap, or aa-complain $(command -v slapd)"
}

# as_service COMMAND [ARGUMENT ...]: an LDAP client, signed in as the bridge's own account.
as_service() {
    local command=$1
    shift
    "$command" -x -H "$ldap_uri" -o nettimeout=5 -D "$ldap_bind_dn" -y "$state/ldap-password" "$@"
}

# An LDIF value that is not plain text comes in base64, behind two colons.
search() {
    local line
    as_service ldapsearch -LLL -o ldif-wrap=no "$@" | while IFS= read -r line; do
        if [[ $line =~ ^([A-Za-z;-]+)::\ (.+)$ ]]; then
            line="${BASH_REMATCH[1]}: $(base64 -d <<<"${BASH_REMATCH[2]}")"
        fi
        printf '%s\n' "$line"
    done
}
