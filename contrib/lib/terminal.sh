# How the programs in contrib speak: progress on stdout, failures on stderr.
# shellcheck shell=bash

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
    bold='' dim='' plain=''
fi

step() {
    printf '%s==> %s%s\n' "$bold" "$*" "$plain"
}

say() {
    printf '    %s\n' "$*"
}

note() {
    printf '    %s%s%s\n' "$dim" "$*" "$plain"
}

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    shift
    [[ $# -eq 0 ]] || printf '    %s\n' "$@" >&2
    exit 1
}

# Run a command with its output in a file; the end of it is shown if it fails.
# In the background, so that a signal is heard while it runs.
quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null &
    quiet_pid=$!
    wait "$quiet_pid" || {
        tail -n 40 "$log" >&2
        fail "failed: $*" "the whole log is $log"
    }
    quiet_pid=
}

# Poll until the command succeeds: within SECONDS, or the answer is no.
within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}
