# A provider's first day: what Entra ID sends when people come, move, rise and
# leave. People are looked for before they are made, as providers do, so that
# the day can be replayed on a folder that has seen it.
# shellcheck shell=bash disable=SC2154 # the folders and ports are the caller's

declare -A person_url=()
extension=urn:ietf:params:scim:schemas:extension:bridge:2.0:User

replay_the_day() {
    step "The provider's first day, by SCIM"
    create_person ana "Ana" "Duarte" user "North Plant"
    create_person bo "Bo" "Lind" user "Harbour"
    create_person cleo "Cleo" "Okafor" user "Harbour"
    create_person dan "Dan" "Reyes" admin
    settle
    give_passwords
    patch_person ana "Ana moves to Harbour" Replace "$extension:site" Harbour
    patch_person bo "Bo becomes an administrator" Replace "$extension:role" admin
    patch_person cleo "Cleo leaves: deactivated" Replace active False
    patch_person dan "Dan goes on leave: deactivated" Replace active False
    patch_person dan "Dan is back: restored" Replace active True
    settle
}

create_person() {
    local name=$1 body
    find_person "$name"
    if [[ -n ${person_url[$name]} ]]; then
        say "$2 $3 is here already"
        return
    fi
    body=$(person_document "$@")
    scim POST "$scim_url/Users" "$body"
    progress "$2 $3 arrives: $4${5:+ at $5}"
    person_url[$name]=$(location)
    touch "$state/$name.is-new"
}

person_document() {
    local association="\"role\": \"$4\""
    [[ -z ${5:-} ]] || association+=", \"site\": \"$5\""
    cat <<END
{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "$extension"],
 "externalId": "demo-$1", "userName": "$1@example.com", "active": true,
 "displayName": "$2 $3", "name": {"givenName": "$2", "familyName": "$3"},
 "emails": [{"primary": true, "type": "work", "value": "$1@example.com"}],
 "$extension": {$association}}
END
}

patch_person() {
    scim PATCH "${person_url[$1]}" "{
 \"schemas\": [\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],
 \"Operations\": [{\"op\": \"$3\", \"path\": \"$4\", \"value\": \"$5\"}]}"
    progress "$2"
}

find_person() {
    local id
    scim GET "$scim_url/Users?filter=userName+eq+%22$1%40example.com%22&attributes=userName"
    id=$(grep -oE '"id": *"[^"]+"' "$state/answer" | head -n 1 | cut -d '"' -f 4) || true
    person_url[$1]=${id:+$scim_url/Users/$id}
}

# scim METHOD URL [BODY]: the answer's status, head and body are left in $state.
scim() {
    local status
    status=$(curl -sS --max-time 10 -X "$1" -H @"$state/authorization" \
        -H 'Content-Type: application/scim+json' ${3:+--data-binary "$3"} \
        -D "$state/answer.head" -o "$state/answer" -w '%{http_code}' "$2") ||
        fail "no answer to $1 $2" "the bridge's log is $state/bridge.log"
    [[ $status == 2?? ]] || fail "$1 $2 was answered with $status" "$(cat "$state/answer")"
    answer_status=$status
}

location() {
    tr -d '\r' <"$state/answer.head" | sed -n 's/^[Ll]ocation: *//p'
}

progress() {
    printf '    %-52s %s%s%s\n' "$1" "$dim" "$answer_status" "$plain"
}

# The bridge keeps no passwords; how people get theirs is the directory's affair.
# Cleo and Dan get one here to show whom the directory lets in afterwards.
give_passwords() {
    [[ -s $state/demo-password ]] || random_secret >"$state/demo-password"
    give_password cleo
    give_password dan
}

# Only once: a new password would take a mark of the lock away from who is locked by now.
give_password() {
    [[ -e $state/$1.is-new ]] || return 0
    as_service ldapmodify >/dev/null <<END || fail "no password could be set for $1"
dn: $(person_dn "$1")
changetype: modify
replace: userPassword
userPassword: $(<"$state/demo-password")
END
    rm "$state/$1.is-new"
    say "${1^} gets a password in the directory; signing in is $(sign_in_of "$1")"
}

person_dn() {
    echo "uid=$1@example.com,ou=people,$ldap_base"
}

can_sign_in() {
    ldapwhoami -x -H "$ldap_uri" -o nettimeout=5 -D "$(person_dn "$1")" \
        -y "$state/demo-password" >/dev/null 2>&1
}

sign_in_of() {
    if can_sign_in "$1"; then
        echo accepted
    else
        echo refused
    fi
}
