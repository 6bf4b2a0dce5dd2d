# What happened, for a person to see, and whether the directory holds what it should.
# shellcheck shell=bash disable=SC2154 # the folders and ports are the caller's

roles_base=ou=roles,$ldap_base
people_base=ou=people,$ldap_base

show_what_happened() {
    show_people
    show_groups
    show_sign_ins
}

show_people() {
    step "The people, as the bridge has them: rolebridge user list"
    rolebridge user list | sed 's/^/    /'
}

show_groups() {
    local group names
    step "The directory's groups, as ldapsearch sees them"
    for group in $(role_groups); do
        names=$(members_of "$group")
        say "cn=$group: ${names:-(nobody)}"
    done
    note "Left out: the bridge's placeholder, a locked entry in each group, since a"
    note "groupOfNames may not be without a member."
}

show_sign_ins() {
    step "Whom the directory lets in"
    say "Cleo, deactivated: $(sign_in_of cleo)"
    say "Dan, restored:     $(sign_in_of dan)"
}

role_groups() {
    search -s one -b "$roles_base" '(objectClass=groupOfNames)' cn | sed -n 's/^cn: //p' | sort
}

# The userNames of the people in a role group, in one line.
members_of() {
    search -s base -b "cn=$1,$roles_base" '(objectClass=*)' member |
        sed -n "s/^member: uid=\([^,]*\),$people_base$/\1/p" | in_one_line
}

locked_people() {
    search -s one -b "$people_base" '(&(uid=*)(pwdAccountLockedTime=000001010000Z))' uid |
        sed -n 's/^uid: //p' | in_one_line
}

in_one_line() {
    sort | paste -s -d ' '
}

# --------------------------------------------------------------------- verdict

differences=0

expect() {
    [[ $2 == "$3" ]] && return
    differences=$((differences + 1))
    say "$1: expected '$2', found '$3'" >&2
}

judge_directory() {
    step "Does the directory hold what it should?"
    judge_set_up
    [[ $is_empty == yes ]] || judge_day
    ((differences == 0)) || return 1
    say "Yes."
}

judge_set_up() {
    expect "groups cn=site-north-plant" 1 "$(role_groups | grep -cx site-north-plant)"
    expect "groups cn=site-harbour" 1 "$(role_groups | grep -cx site-harbour)"
    expect "the administrator in cn=admins" 1 "$(members_of admins | grep -cwF "$administrator")"
}

judge_day() {
    expect "cn=admins" "$administrator bo@example.com dan@example.com" "$(members_of admins)"
    expect "cn=site-harbour" "ana@example.com" "$(members_of site-harbour)"
    expect "cn=site-north-plant" "" "$(members_of site-north-plant)"
    expect "locked people" "cleo@example.com" "$(locked_people)"
    expect "Cleo's sign-in" refused "$(sign_in_of cleo)"
    expect "Dan's sign-in" accepted "$(sign_in_of dan)"
}

# ------------------------------------------------------------------- what next

show_what_next() {
    step "Everything is up. Try, in another terminal:"
    cat <<END

    . $state/env
    $bridge user list --config \$CONFIG
    $bridge user create eve@example.com --given-name Eve --family-name Stone \\
        --role user --site Harbour --config \$CONFIG
    $bridge user deactivate eve@example.com --config \$CONFIG
    $bridge status --config \$CONFIG

    curl -s -H "Authorization: Bearer \$TOKEN" "\$SCIM_URL/Users?filter=active+eq+false"

    ldapsearch -x -LLL -H \$LDAP_URI -D \$LDAP_BIND_DN -y \$LDAP_PASSWORD_FILE \\
        -b ou=roles,\$LDAP_BASE member

    An identity provider would be given the URL \$SCIM_URL and the token \$TOKEN.
    Logs: $state/bridge.log and $state/slapd/slapd.log. Ctrl-C ends everything.

END
}
