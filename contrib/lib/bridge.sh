# The bridge: its configuration, the daemon, and what it needs before the first
# person comes: sites, an administrator, a connection and an administrator's token.
# shellcheck shell=bash disable=SC2154 # the folders and ports are the caller's

bridge_pid=
administrator=admin@example.com
scheme=http # https: with the certificate and the key in $state
transactions=false

# Paths that begin with no slash are relative to the file. Without an $ldap_uri
# there is no directory.
write_configuration() {
    cat >"$config" <<END
# Written by contrib/$(basename "$0") at each start: changes are lost.
store:
  path: store
keys:
  path: keys
control:
  socket: $control_socket
scim:
  requests_per_second: 0
http:
  address: 127.0.0.1
  port: $port
END
    [[ $scheme == http ]] || cat >>"$config" <<END
  certificate: certificate.pem
  key: key.pem
END
    [[ -z $ldap_uri ]] || cat >>"$config" <<END
directory:
  uri: $ldap_uri
  profile: openldap
  bind_dn: $ldap_bind_dn
  password_file: ldap-password
  people_base: ou=people,$ldap_base
  roles_base: ou=roles,$ldap_base
  groups_base: ou=groups,$ldap_base
  transactions: $transactions
END
}

rolebridge() {
    "$bridge" "$@" --config "$config"
}

start_bridge() {
    step "Bridge: $scheme://127.0.0.1:$port"
    write_configuration
    [[ -e $state/store ]] || quietly "$state/init.log" rolebridge init
    "$bridge" serve --config "$config" >"$state/bridge.log" 2>&1 </dev/null 9>&- &
    bridge_pid=$!
    disown "$bridge_pid"
    echo "$bridge_pid" >"$state/bridge.pid"
    within 20 has_answered_or_ended "$bridge_pid" bridge_is_ready || true
    bridge_is_ready || bridge_failed
}

bridge_is_ready() {
    curl -sfk -o /dev/null --max-time 2 "$scheme://127.0.0.1:$port/readyz"
}

bridge_failed() {
    tail -n 20 "$state/bridge.log" >&2
    fail "the bridge did not come up" "its log is $state/bridge.log"
}

set_up_organization() {
    step "Sites, an administrator, a connection for the provider"
    ensure_site north-plant "North Plant"
    ensure_site harbour "Harbour"
    rolebridge user show "$administrator" >/dev/null 2>&1 || quietly "$state/setup.log" rolebridge \
        user create "$administrator" --given-name Alex --family-name Admin --role admin
    [[ -s $state/connection-token ]] || quietly "$state/setup.log" rolebridge \
        connection create demo --grant admin --save-token "$state/connection-token"
    [[ -s $state/admin-token ]] || quietly "$state/setup.log" rolebridge \
        token create quickstart --save-token "$state/admin-token"
    write_header connection-token authorization
}

# By its key, which stays when somebody gives it another name.
ensure_site() {
    local sites
    sites=$(rolebridge site list -o csv)
    [[ $sites == *",$1,"* ]] || quietly "$state/setup.log" rolebridge site create "$2" --key "$1"
}

# Tokens reach curl by a file: arguments are for everyone on the machine to see.
write_header() {
    printf 'Authorization: Bearer %s\n' "$(<"$state/$1")" >"$state/$2"
}

write_environment() {
    cat >"$state/env.new" <<END
SCIM_URL=http://127.0.0.1:$port/scim/v2
ADMIN_URL=http://127.0.0.1:$port/admin/v1
TOKEN=$(<"$state/connection-token")
ADMIN_TOKEN=$(<"$state/admin-token")
LDAP_URI=$ldap_uri
LDAP_BASE=$ldap_base
LDAP_BIND_DN=$ldap_bind_dn
LDAP_PASSWORD_FILE=$state/ldap-password
CONTROL_SOCKET=$([[ $control_socket == /* ]] || printf '%s/' "$state")$control_socket
CONFIG=$config
BRIDGE_PID=$bridge_pid
SLAPD_PID=$slapd_pid
END
    mv -f "$state/env.new" "$state/env"
}

# Whether everything that was asked for has been tried on the directory.
is_settled() {
    local status
    status=$(rolebridge status -o json) || [[ $? == 5 ]] || return 1 # 5: it asks for attention
    [[ $status =~ \"waiting\":\ *0[^0-9] ]]
}

settle() {
    within 20 is_settled || fail "the directory was not brought up to date in 20 seconds" \
        "$bridge status --config $config says more"
}
