# Processes that we start, and end again by their number; ports they listen on.
# shellcheck shell=bash

is_running() {
    [[ -n ${1:-} ]] && kill -0 "$1" 2>/dev/null
}

is_gone() {
    ! is_running "$1"
}

# TERM, and KILL if that is not heard.
end_process() {
    is_running "${1:-}" || return 0
    kill -TERM "$1" 2>/dev/null || return 0
    within 15 is_gone "$1" || kill -KILL "$1" 2>/dev/null || true
}

# end_leftover FILE MARK: the process whose number is in the file, if MARK stands
# in its command line; numbers are used again, by others.
end_leftover() {
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 0
    if is_running "$pid" && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$2"; then
        note "ending process $pid, left over from an earlier run here"
        end_process "$pid"
    fi
}

is_port_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# The first free one of those named, else any above the well-known and below
# those that the kernel gives to clients.
free_port() {
    local port
    for port in "$@" $(shuf -i 20000-31999 -n 50); do
        is_port_taken "$port" || {
            echo "$port"
            return
        }
    done
    fail "no free port was found on 127.0.0.1"
}
